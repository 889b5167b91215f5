import type { Cloud, Platform, Pulls } from '../environments/platform.ts';

/** What a chart is built for: one environment's cluster in one cloud. */
export interface Cluster {
  readonly platform: Platform;
  readonly cloud: Cloud;
}

/** The half of the platform that describes this cluster's cloud. */
export function ownSide(cluster: Cluster): Platform[Cloud] {
  return cluster.platform[cluster.cloud];
}

/** Full image references that this cloud's nodes pull. */
export function pulls(cluster: Cluster): Pulls['pulls'] {
  return ownSide(cluster).pulls;
}

/** Chooses by cloud; a chart that needs this says what differs in one place. */
export function byCloud<T>(cluster: Cluster, choice: Record<Cloud, () => T>): T {
  return choice[cluster.cloud]();
}

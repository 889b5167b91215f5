import type { k8s } from 'cdk8s-plus-28';

/**
 * Spreads pods over zones and nodes. Zones are a preference, not a demand: when a zone is gone,
 * its pods must start in the others.
 */
export function spreadOver(labels: Record<string, string>): k8s.TopologySpreadConstraint[] {
  return ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: labels },
  }));
}

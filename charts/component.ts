import type { Chart } from 'cdk8s';
import type { Cluster } from './cluster.ts';
import type { ProjectName } from './projects.ts';
import type { Wave } from './waves.ts';

/** A ConfigMap made by Kustomize's generator: its name gets a hash, so that a change rolls the pods that mount it. */
export interface GeneratedConfigMap {
  readonly name: string;
  readonly namespace: string;
  /** File name → content, mounted as files. */
  readonly files?: Readonly<Record<string, string>>;
  /** Variable → value, loaded as environment. */
  readonly literals?: Readonly<Record<string, string>>;
}

interface Base {
  /** Folder in the cluster's tree and name of the Application: `pgbouncer`, `addons/cert-manager`. */
  readonly path: string;
  /** Namespace that the Application deploys into. */
  readonly namespace: string;
  readonly project: ProjectName;
  readonly wave: Wave;
  /** False where deleting what vanished from Git could lose data. */
  readonly prune?: boolean;
}

/** Ours: objects built with cdk8s, packaged for Kustomize. */
export interface KustomizeComponent extends Base {
  readonly kind: 'kustomize';
  /** Adds the component's objects to the chart and returns its generated ConfigMaps. */
  build(scope: Chart, cluster: Cluster): readonly GeneratedConfigMap[];
}

export interface ChartReference {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
}

/** Others': an upstream Helm chart, pinned, with our values. */
export interface HelmComponent extends Base {
  readonly kind: 'helm';
  readonly chart: ChartReference;
  readonly values: Readonly<Record<string, unknown>>;
}

export type Component = KustomizeComponent | HelmComponent;

/** The Application's name: an add-on's own name, else the path with hyphens. */
export function applicationName({ path }: Component): string {
  return path.replace(/^addons\//, '').replaceAll('/', '-');
}

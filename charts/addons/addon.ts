import type { HelmComponent } from '../component.ts';
import type { Wave } from '../waves.ts';
import { type AddonName, CHARTS } from './versions.ts';

interface Addon {
  readonly name: AddonName;
  readonly namespace: string;
  readonly wave?: Wave;
  readonly values: Readonly<Record<string, unknown>>;
}

/** An add-on: an upstream chart of the version table with our values. */
export function addon({ name, namespace, wave = 'operators', values }: Addon): HelmComponent {
  return { kind: 'helm', path: `addons/${name}`, namespace, project: 'platform', wave, chart: CHARTS[name], values };
}

export const resources = (cpu: string, memory: string) => ({ requests: { cpu, memory }, limits: { memory } });

/** Two pods on different nodes, for what must answer while a node is replaced. */
export const spreadNodes = (labels: Record<string, string>) => [
  { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: labels } },
];

import type { HelmComponent } from '../charts/component.ts';
import { applicationName } from '../charts/component.ts';
import { type ComponentFile, HEADER } from './kustomize.ts';
import { toYaml } from './yaml.ts';

/** An umbrella chart: one pinned dependency, and its values below the dependency's name. */
export function helmFolder(component: HelmComponent): ComponentFile[] {
  const { name, version, repository } = component.chart;
  const chart = {
    apiVersion: 'v2',
    name: applicationName(component),
    description: `The upstream chart ${name} ${version} with this environment's values.`,
    type: 'application',
    version: '1.0.0',
    dependencies: [{ name, version, repository }],
  };
  return [
    ['Chart.yaml', HEADER + toYaml(chart)],
    // A null is meant: it removes a default of the upstream chart.
    ['values.yaml', HEADER + toYaml({ [name]: component.values }, { keepNull: true })],
  ];
}

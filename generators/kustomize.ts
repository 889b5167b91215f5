import type { ApiObject } from 'cdk8s';
import { App, Chart } from 'cdk8s';
import type { Cluster } from '../charts/cluster.ts';
import type { GeneratedConfigMap, KustomizeComponent } from '../charts/component.ts';
import type { Identities } from './identity.ts';
import { type Manifest, manifestOf } from './manifest-of.ts';
import { collision } from './tree.ts';
import { toYaml } from './yaml.ts';

/** A file of a component: name below the component's folder, and content. */
export type ComponentFile = readonly [name: string, content: string];

export const HEADER = '# Rendered by tandem. Do not edit: change the files in environments/ and render again.\n';

/** The objects that a component builds, one cdk8s App each: cdk8s is quadratic in the charts of an App. */
export function buildObjects(
  component: KustomizeComponent,
  cluster: Cluster,
): { objects: ApiObject[]; configMaps: readonly GeneratedConfigMap[] } {
  const chart = new Chart(new App(), component.path);
  const configMaps = buildWithin(chart, component, cluster);
  return { objects: chart.node.children as ApiObject[], configMaps };
}

/** cdk8s refuses two objects of one name in a chart with an error of its own kind. */
function buildWithin(chart: Chart, component: KustomizeComponent, cluster: Cluster): readonly GeneratedConfigMap[] {
  try {
    return component.build(chart, cluster);
  } catch (error) {
    const name = /already a Construct with name '([^']+)'/.exec((error as Error).message)?.[1];
    if (name === undefined) throw error;
    const producer = `${cluster.platform.name}/${cluster.cloud}/${component.path}`;
    throw collision(name, producer, producer);
  }
}

/** A Kustomize folder: one file a resource, generated ConfigMaps from files, and the list of both. */
export function kustomizeFolder(
  component: KustomizeComponent,
  cluster: Cluster,
  producer: string,
  identities: Identities,
): ComponentFile[] {
  const { objects, configMaps } = buildObjects(component, cluster);
  const resources: ComponentFile[] = objects.map((object) => {
    const manifest = manifestOf(object);
    identities.claim(manifest, producer);
    return [fileNameOf(manifest, component.namespace), HEADER + toYaml(manifest)];
  });
  for (const { name, namespace } of configMaps)
    identities.claim({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } }, producer);
  const files = configMaps.flatMap(({ files: contents = {} }) =>
    Object.entries(contents).map(([name, content]): ComponentFile => [`config/${name}`, content]),
  );
  return [...resources, ...files, ['kustomization.yaml', HEADER + toYaml(kustomization(resources, configMaps))]];
}

function kustomization(resources: readonly ComponentFile[], configMaps: readonly GeneratedConfigMap[]): object {
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: resources.map(([name]) => name).sort(),
    ...(configMaps.length > 0 ? { configMapGenerator: configMaps.map(generator) } : {}),
  };
}

function generator({ name, namespace, files, literals }: GeneratedConfigMap): object {
  return {
    name,
    namespace,
    ...(files ? { files: Object.keys(files).map((file) => `config/${file}`) } : {}),
    ...(literals ? { literals: Object.entries(literals).map(([key, value]) => `${key}=${value}`) } : {}),
  };
}

/** Managed resources of several services share a kind: `rds.aws.m.upbound.io` puts `rds-` in front. */
const SERVICE = /^([a-z0-9]+)\.[a-z-]+\.m\.upbound\.io\//;

/** `deployment-pgbouncer.yaml`; with the namespace in front where it is not the component's own. */
export function fileNameOf({ apiVersion, kind, metadata }: Manifest, home: string): string {
  const service = SERVICE.exec(apiVersion)?.[1];
  const elsewhere = metadata.namespace && metadata.namespace !== home ? `${metadata.namespace}-` : '';
  return `${elsewhere}${service ? `${service}-` : ''}${kind.toLowerCase()}-${metadata.name}.yaml`;
}

import type { Cluster } from '../charts/cluster.ts';
import type { Component } from '../charts/component.ts';
import { componentsOf } from '../charts/components.ts';
import { CLOUDS, type Cloud, type Platform } from '../environments/platform.ts';
import { helmFolder } from './helm.ts';
import { Identities } from './identity.ts';
import { type ComponentFile, kustomizeFolder } from './kustomize.ts';
import { type Tree, TreeBuilder } from './tree.ts';

/**
 * Renders the trees of an environment's clusters. Pure: the same platform gives the same bytes on every
 * machine, in any time zone and locale.
 * @throws CollisionError when two components produce one object or one path.
 */
export function render(platform: Platform, clouds: readonly Cloud[] = CLOUDS): Tree {
  const tree = new TreeBuilder();
  for (const cloud of clouds) {
    const cluster = { platform, cloud };
    const identities = new Identities();
    for (const component of componentsOf(cluster)) {
      const producer = `${platform.name}/${cloud}/${component.path}`;
      for (const [name, content] of renderComponent(component, cluster, producer, identities))
        tree.add(producer, `${producer}/${name}`, content);
    }
  }
  return tree.build();
}

/** The files of one component, by their names below its folder. */
export function renderComponent(component: Component, cluster: Cluster, producer: string, identities: Identities): ComponentFile[] {
  switch (component.kind) {
    case 'kustomize':
      return kustomizeFolder(component, cluster, producer, identities);
    case 'helm':
      return helmFolder(component);
  }
}

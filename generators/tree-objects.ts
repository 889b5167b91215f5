import type { Cluster } from '../charts/cluster.ts';
import { componentsOf } from '../charts/components.ts';
import { CLOUDS, type Platform } from '../environments/platform.ts';
import type { RenderedTree } from '../policies/tree/law.ts';
import type { Manifest, Step, TreeObject } from '../policies/tree/object.ts';
import { buildObjects, fileNameOf } from './kustomize.ts';
import { manifestOf } from './manifest-of.ts';

/** The objects of both clusters as the laws over the tree judge them, what compositions compose included. */
export function renderedTree(platform: Platform): RenderedTree {
  return { platform, objects: CLOUDS.flatMap((cloud) => objectsOf({ platform, cloud })) };
}

function objectsOf(cluster: Cluster): TreeObject[] {
  return componentsOf(cluster).flatMap((component) => {
    if (component.kind === 'helm') return [];
    const folder = `${cluster.platform.name}/${cluster.cloud}/${component.path}`;
    return buildObjects(component, cluster).objects.flatMap((built) => {
      const manifest = manifestOf(built);
      const object: TreeObject = {
        path: `${folder}/${fileNameOf(manifest, component.namespace)}`,
        cloud: cluster.cloud,
        step: null,
        manifest: manifest as unknown as Manifest,
      };
      return [object, ...composed(object)];
    });
  });
}

interface Template {
  readonly name: string;
  readonly base: Manifest;
  readonly patches: readonly { type: string; fromFieldPath: string; toFieldPath: string; policy?: { fromFieldPath?: string } }[];
}

/** What a composition composes, with the fields that it wires. */
function composed({ path, cloud, manifest }: TreeObject): TreeObject[] {
  if (manifest.kind !== 'Composition') return [];
  const { pipeline } = manifest.spec as { pipeline: { input?: { resources?: Template[] } }[] };
  return pipeline.flatMap(({ input }) =>
    (input?.resources ?? []).map(({ name, base, patches }) => {
      const status = (text: string): string => text.replace(/^status\./, '');
      const step: Step = {
        composition: manifest.metadata.name,
        step: name,
        awaits: Object.fromEntries(
          patches
            .filter((patch) => patch.type === 'FromCompositeFieldPath' && patch.policy?.fromFieldPath === 'Required')
            .map((patch) => [patch.toFieldPath, status(patch.fromFieldPath)]),
        ),
        offers: Object.fromEntries(
          patches.filter((patch) => patch.type === 'ToCompositeFieldPath').map((patch) => [status(patch.toFieldPath), patch.fromFieldPath]),
        ),
      };
      return { path: `${path}#${name}`, cloud, step, manifest: base };
    }),
  );
}

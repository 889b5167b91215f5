import type { Cloud } from '../../../environments/platform.ts';
import { renderedTree } from '../../../generators/tree-objects.ts';
import { kindOf, type TreeObject } from '../../../policies/tree/object.ts';
import { platformWith } from '../../project.ts';

/** Parameters of an object, as loosely as a test wants to look at them. */
export type Loose = any;

export interface Found {
  readonly object: TreeObject;
  readonly forProvider: Loose;
  readonly initProvider: Loose;
  readonly awaits: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What is rendered for an environment, looked up by cluster, kind and name. */
export class Rendered {
  readonly platform;
  private readonly objects: readonly TreeObject[];

  constructor(change: Readonly<Record<string, unknown>> = {}) {
    this.platform = platformWith(change);
    this.objects = renderedTree(this.platform).objects;
  }

  all(cloud: Cloud, kind: string): Found[] {
    return this.objects.filter((object) => object.cloud === cloud && kindOf(object) === kind).map(found);
  }

  names(cloud: Cloud, kind: string): string[] {
    return this.all(cloud, kind)
      .map(({ object }) => object.manifest.metadata.name)
      .sort();
  }

  one(cloud: Cloud, kind: string, name: string): Found {
    const hit = this.all(cloud, kind).find(({ object }) => object.manifest.metadata.name === name);
    if (!hit) throw new Error(`there is no ${kind} ${name} in the ${cloud} cluster; there are ${this.names(cloud, kind).join(', ')}`);
    return hit;
  }
}

function found(object: TreeObject): Found {
  const spec = (object.manifest.spec ?? {}) as Loose;
  return {
    object,
    forProvider: spec.forProvider ?? spec,
    initProvider: spec.initProvider ?? {},
    awaits: object.step?.awaits ?? {},
    annotations: object.manifest.metadata.annotations ?? {},
  };
}

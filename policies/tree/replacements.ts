import { isManaged, kindOf, observes, parameter, say, type TreeObject } from './object.ts';
import { STATEFUL } from './stateful.ts';

/** A change that would make an empty resource in the place of one that holds something, or leave one behind. */
export interface Replacement {
  readonly kind: string;
  readonly name: string;
  readonly path: string;
  /** `replaced`: a parameter changes that the cloud cannot change in place. `abandoned`: it is no longer rendered. */
  readonly effect: 'replaced' | 'abandoned';
  /** The parameters that cause it; empty where it is abandoned. */
  readonly parameters: readonly string[];
  readonly message: string;
}

/** Compares two renderings of an environment, and names every stateful resource that the change would not leave as it is. */
export function replacements(before: readonly TreeObject[], after: readonly TreeObject[]): Replacement[] {
  const identity = (object: TreeObject): string => `${kindOf(object)} ${object.manifest.metadata.name}`;
  const managers = (objects: readonly TreeObject[]): TreeObject[] =>
    objects.filter((object) => isManaged(object) && !observes(object) && STATEFUL[kindOf(object)] !== undefined);
  const next = new Map(managers(after).map((object) => [identity(object), object]));
  return managers(before).flatMap((old): Replacement[] => {
    const { path } = old;
    const about = { kind: kindOf(old), name: old.manifest.metadata.name, path };
    const now = next.get(identity(old));
    if (!now)
      return [
        {
          ...about,
          effect: 'abandoned',
          parameters: [],
          message: `${say(old)} is no longer rendered: it stays in the cloud, and nobody manages it`,
        },
      ];
    const parameters = (STATEFUL[kindOf(old)] ?? []).filter(
      (name) => JSON.stringify(parameter(old, name)) !== JSON.stringify(parameter(now, name)),
    );
    if (parameters.length === 0) return [];
    return [
      {
        ...about,
        effect: 'replaced',
        parameters,
        message: `${say(old)}: ${parameters.join(', ')} cannot be changed in place; the cloud would need a new, empty one`,
      },
    ];
  });
}

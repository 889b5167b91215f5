import type { TreeRule } from '../law.ts';
import { at, isManaged, kindOf, managementPolicies, observes, say, type TreeObject } from '../object.ts';

export const aResourceHasOneManager: TreeRule = {
  code: 'TD604',
  name: 'a-resource-has-one-manager',
  law: 'Of all objects of both clusters that stand for one cloud resource, exactly one manages it; the others only watch.',
  check({ objects }) {
    const byResource = new Map<string, TreeObject[]>();
    for (const object of objects.filter(isManaged)) {
      const resource = `${kindOf(object)} ${at(object, 'metadata.annotations')?.['crossplane.io/external-name' as never] ?? object.manifest.metadata.name}`;
      byResource.set(resource, [...(byResource.get(resource) ?? []), object]);
    }
    return [...byResource].flatMap(([resource, all]) => {
      const managers = all.filter((object) => !observes(object));
      const [first, second] = managers;
      if (first && second)
        return [
          {
            object: second,
            message: `${resource} is managed twice: ${first.path} and ${second.path}`,
            hint: 'Let one of them observe, or give the resources different names.',
          },
        ];
      const [only] = all;
      if (!first && only)
        return [{ object: only, message: `${resource} is watched and nobody manages it`, hint: 'Let the cluster that owns it manage it.' }];
      return managers
        .filter((object) => managementPolicies(object).includes('*') || managementPolicies(object).includes('LateInitialize'))
        .map((object) => ({
          object,
          message: `${say(object)} takes over what it finds in the cloud`,
          hint: 'List the management policies without * and LateInitialize: Git alone says what is wanted.',
        }));
    });
  },
};

import { KIND_FACTS } from '../kinds.ts';
import type { TreeRule } from '../law.ts';
import { groupOf, isManaged, isSet, observes, say } from '../object.ts';

export const requiredParametersArePresent: TreeRule = {
  code: 'TD602',
  name: 'required-parameters-are-present',
  law: 'Every managed resource is of a known kind and has the parameters without which its provider creates nothing.',
  check: ({ objects }) =>
    objects.filter(isManaged).flatMap((object) => {
      const kind = `${groupOf(object)}/${object.manifest.kind}`;
      const facts = KIND_FACTS[kind];
      if (!facts)
        return [
          {
            object,
            message: `${say(object)}: ${kind} is no kind that Tandem knows`,
            hint: 'Add it to the table of kinds, with its facts.',
          },
        ];
      // What is only watched needs nothing but its name.
      if (observes(object)) return [];
      return facts.required
        .filter((parameter) => !isSet(object, parameter))
        .map((parameter) => ({ object, message: `${say(object)} lacks ${parameter}`, hint: `Set spec.forProvider.${parameter}.` }));
    }),
};

import { KIND_FACTS } from '../kinds.ts';
import type { TreeBreach, TreeRule } from '../law.ts';
import { groupOf, isManaged, kindOf, observes, say, type TreeObject } from '../object.ts';

export const referencesResolve: TreeRule = {
  code: 'TD601',
  name: 'references-resolve',
  law: 'Every reference names a rendered object of the kind that the field resolves to, in the same cluster.',
  check(tree) {
    const present = new Set(
      tree.objects
        .filter((object) => !observes(object))
        .map((object) => `${object.cloud} ${kindOf(object)} ${object.manifest.metadata.name}`),
    );
    return tree.objects
      .filter(isManaged)
      .flatMap((object) => references(object.manifest.spec).flatMap((reference) => judge(present, object, reference)));
  },
};

interface Reference {
  /** Path below the parameters, `vpc[].vpcIdRef`. */
  readonly field: string;
  readonly name: string;
}

function judge(present: ReadonlySet<string>, object: TreeObject, { field, name }: Reference): TreeBreach[] {
  const kind = KIND_FACTS[`${groupOf(object)}/${object.manifest.kind}`]?.refs?.[field];
  if (kind === undefined)
    return [
      {
        object,
        message: `${say(object)}: ${field} is no reference that the provider resolves here`,
        hint: 'Write the value, or use the reference of this kind.',
      },
    ];
  if (present.has(`${object.cloud} ${kind} ${name}`)) return [];
  return [
    {
      object,
      message: `${say(object)}: ${field} names ${kind} ${name}, which is not rendered`,
      hint: `Render ${kind} ${name}, or name one that is.`,
    },
  ];
}

/** All references in the parameters; selectors would choose by label at run time, which nothing here can judge. */
function references(spec: unknown): Reference[] {
  const { forProvider, initProvider } = spec as { forProvider?: object; initProvider?: object };
  return [...within(forProvider, ''), ...within(initProvider, '')];
}

function within(value: unknown, path: string): Reference[] {
  if (Array.isArray(value)) return value.flatMap((one) => within(one, `${path}[]`));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const field = path ? `${path}.${key}` : key;
    if (key.endsWith('SecretRef')) return [];
    if (key.endsWith('Ref')) return [{ field, name: (child as { name: string }).name }];
    if (key.endsWith('Refs')) return (child as { name: string }[]).map(({ name }) => ({ field, name }));
    if (key.endsWith('Selector')) return [{ field, name: '(a selector)' }];
    return within(child, field);
  });
}

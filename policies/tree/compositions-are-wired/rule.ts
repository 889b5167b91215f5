import type { TreeBreach, TreeRule } from '../law.ts';
import { at, kindOf, say, type TreeObject } from '../object.ts';

export const compositionsAreWired: TreeRule = {
  code: 'TD613',
  name: 'compositions-are-wired',
  law: 'Every field that a step waits for is made known by exactly one other step, the definition has it, the functions are installed, and somebody uses the composition.',
  check: ({ objects }) =>
    objects
      .filter((object) => kindOf(object) === 'apiextensions.crossplane.io/Composition')
      .flatMap((object) =>
        judge(
          object,
          objects.filter((one) => one.cloud === object.cloud),
        ),
      ),
};

function judge(composition: TreeObject, objects: readonly TreeObject[]): TreeBreach[] {
  const steps = objects.filter((object) => object.step?.composition === composition.manifest.metadata.name);
  const offers = steps.flatMap(({ step }) => Object.keys(step?.offers ?? {}));
  const kind = at(composition, 'spec.compositeTypeRef.kind');
  const definition = objects.find(
    (object) => object.manifest.kind === 'CompositeResourceDefinition' && at(object, 'spec.names.kind') === kind,
  );
  const status = Object.keys(
    (definition && (at(definition, 'spec.versions[0].schema.openAPIV3Schema.properties.status.properties') as object)) ?? {},
  );
  const functions = (at(composition, 'spec.pipeline') as { functionRef: { name: string } }[]).map(({ functionRef }) => functionRef.name);
  const installed = objects.filter((object) => object.manifest.kind === 'Function').map((object) => object.manifest.metadata.name);
  const used = objects.some(
    (object) => object.manifest.kind === kind && at(object, 'spec.crossplane.compositionRef.name') === composition.manifest.metadata.name,
  );
  const breach = (object: TreeObject, message: string, hint: string): TreeBreach => ({
    object,
    message: `${say(object)}: ${message}`,
    hint,
  });
  return [
    ...(definition ? [] : [breach(composition, `there is no definition of ${String(kind)}`, 'Render the definition beside it.')]),
    ...(used ? [] : [breach(composition, 'nothing uses it', `Render a ${String(kind)} that names it.`)]),
    ...functions
      .filter((name) => !installed.includes(name))
      .map((name) => breach(composition, `${name} is not installed`, 'Render the Function.')),
    ...steps.flatMap((object) =>
      Object.values(object.step?.awaits ?? {}).flatMap((field) => {
        const givers = offers.filter((offer) => offer === field).length;
        if (givers !== 1)
          return [breach(object, `waits for ${field}, which ${givers} steps make known`, 'Let exactly one step export it.')];
        return status.includes(field)
          ? []
          : [breach(object, `waits for ${field}, which the definition drops`, 'Add it to the status of the definition.')];
      }),
    ),
  ];
}

import type { TreeRule } from '../law.ts';
import { at, groupOf, isManaged, kindOf, say } from '../object.ts';

export const kindsAreServed: TreeRule = {
  code: 'TD603',
  name: 'kinds-are-served',
  law: 'The cluster that has an object has the provider that serves its kind, the kind is activated, and the login it names is there.',
  check({ objects }) {
    const inCluster = (cloud: string, kind: string) => objects.filter((object) => object.cloud === cloud && object.manifest.kind === kind);
    return objects.filter(isManaged).flatMap((object) => {
      const { cloud, manifest } = object;
      const group = groupOf(object);
      const service = group.slice(0, group.indexOf('.'));
      const activated = inCluster(cloud, 'ManagedResourceActivationPolicy').flatMap((policy) => at(policy, 'spec.activate') as string[]);
      const providers = inCluster(cloud, 'Provider').map((provider) => provider.manifest.metadata.name);
      const login = at(object, 'spec.providerConfigRef.name');
      const problems = [
        ...(activated.some((name) => matches(name, manifest.kind, group))
          ? []
          : [`${kindOf(object)} is not activated in the ${cloud} cluster`]),
        ...(providers.some((name) => name.endsWith(`-${service}`))
          ? []
          : [`no provider for ${service} is installed in the ${cloud} cluster`]),
        ...(inCluster(cloud, 'ClusterProviderConfig').some((config) => config.manifest.metadata.name === login)
          ? []
          : [`there is no login ${String(login)} in the ${cloud} cluster`]),
      ];
      return problems.map((problem) => ({
        object,
        message: `${say(object)}: ${problem}`,
        hint: 'Render the provider, the activation or the ClusterProviderConfig beside it.',
      }));
    });
  },
};

/** Whether the name of a definition, `vpcs.ec2.aws.m.upbound.io`, is this kind's. */
function matches(definition: string, kind: string, group: string): boolean {
  if (!definition.endsWith(`.${group}`)) return false;
  const plural = definition.slice(0, -group.length - 1);
  const singular = kind.toLowerCase();
  return [`${singular}s`, `${singular}es`, `${singular.replace(/y$/, 'ie')}s`].includes(plural);
}

import type { TreeRule } from '../law.ts';
import { at, isManaged, kindOf, observes, say, type TreeObject, textsIn } from '../object.ts';

/** Fields that would hold a secret in the clear. */
const CLEAR = /(^|\.)(password|authToken|tunnel[12]PresharedKey|sharedSecret|rootPassword|secretString|secretData)$/;

export const secretsComeFromTheCluster: TreeRule = {
  code: 'TD614',
  name: 'secrets-come-from-the-cluster',
  law: 'No parameter holds a secret; every secret that is named is made in the same cluster, by a generator, a store or a provider.',
  check({ objects }) {
    return objects.filter(isManaged).flatMap((object) => {
      const made = objects.filter((one) => one.cloud === object.cloud).flatMap(secretsOf);
      const clear = textsIn(at(object, 'spec.forProvider')).filter(([path]) => CLEAR.test(path));
      const named = observes(object) ? [] : textsIn(object.manifest.spec).filter(([path]) => /SecretRef\.name$/.test(path));
      return [
        ...clear.map(([path]) => ({
          object,
          message: `${say(object)}: ${path} holds a secret in the clear`,
          hint: 'Refer to a secret of the cluster instead, and change the one that stood in Git.',
        })),
        ...named
          .filter(([, name]) => !made.includes(name))
          .map(([path, name]) => ({
            object,
            message: `${say(object)}: ${path} names the secret ${name}, which nothing makes`,
            hint: 'Render an ExternalSecret of that name.',
          })),
      ];
    });
  },
};

/** Names of the secrets that an object makes in the namespace of the infrastructure, or for the providers. */
function secretsOf(object: TreeObject): string[] {
  if (kindOf(object) === 'external-secrets.io/ExternalSecret') return [at(object, 'spec.target.name') as string];
  const connection = at(object, 'spec.writeConnectionSecretToRef.name');
  return typeof connection === 'string' ? [connection] : [];
}

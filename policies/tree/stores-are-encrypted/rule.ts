import type { TreeRule } from '../law.ts';
import { at, isManaged, isSet, kindOf, observes, parameter, say, type TreeObject } from '../object.ts';

/** What must be so for a store to count as encrypted, at rest with a key of ours and in transit. */
const ENCRYPTED: Readonly<Record<string, readonly { what: string; holds: (object: TreeObject) => boolean }[]>> = {
  'rds/Instance': [
    { what: 'storage is not encrypted', holds: (one) => parameter(one, 'storageEncrypted') === true },
    { what: 'no key of ours', holds: (one) => isSet(one, 'kmsKeyIdRef') },
  ],
  'rds/ParameterGroup': [
    {
      what: 'connections without TLS are accepted',
      holds: (one) =>
        (parameter(one, 'parameter') as { name: string; value: string }[]).some(
          ({ name, value }) => name === 'rds.force_ssl' && value === '1',
        ),
    },
  ],
  'elasticache/ReplicationGroup': [
    { what: 'not encrypted at rest', holds: (one) => parameter(one, 'atRestEncryptionEnabled') === 'true' },
    { what: 'no key of ours', holds: (one) => isSet(one, 'kmsKeyId') },
    {
      what: 'no TLS',
      holds: (one) => parameter(one, 'transitEncryptionEnabled') === true && parameter(one, 'transitEncryptionMode') === 'required',
    },
    { what: 'no token', holds: (one) => isSet(one, 'authTokenSecretRef') },
  ],
  'sql/DatabaseInstance': [
    { what: 'no key of ours', holds: (one) => isSet(one, 'encryptionKeyName') },
    {
      what: 'connections without TLS are accepted',
      holds: (one) => parameter(one, 'settings.ipConfiguration.sslMode') === 'ENCRYPTED_ONLY',
    },
  ],
  'redis/Instance': [
    { what: 'no key of ours', holds: (one) => isSet(one, 'customerManagedKeyRef') },
    { what: 'no TLS', holds: (one) => parameter(one, 'transitEncryptionMode') === 'SERVER_AUTHENTICATION' },
    { what: 'no token', holds: (one) => parameter(one, 'authEnabled') === true },
  ],
  'eks/Cluster': [{ what: 'Kubernetes secrets are in the clear', holds: (one) => isSet(one, 'encryptionConfig.provider.keyArn') }],
  'container/Cluster': [
    {
      what: 'Kubernetes secrets are in the clear',
      holds: (one) => parameter(one, 'databaseEncryption.state') === 'ENCRYPTED' && isSet(one, 'databaseEncryption.keyName'),
    },
  ],
  'secretsmanager/Secret': [{ what: 'no key of ours', holds: (one) => isSet(one, 'kmsKeyIdRef') }],
  'secretmanager/Secret': [
    {
      what: 'no key of ours',
      holds: (one) => at(one, 'spec.forProvider.replication.userManaged.replicas[0].customerManagedEncryption.kmsKeyName') !== undefined,
    },
  ],
  'cloudwatchlogs/Group': [{ what: 'no key of ours', holds: (one) => isSet(one, 'kmsKeyIdRef') }],
  'sns/Topic': [{ what: 'no key of ours', holds: (one) => isSet(one, 'kmsMasterKeyId') }],
  'ec2/LaunchTemplate': [
    {
      what: 'the nodes’ disks are in the clear',
      holds: (one) => at(one, 'spec.forProvider.blockDeviceMappings[0].ebs.encrypted') === 'true',
    },
  ],
};

export const storesAreEncrypted: TreeRule = {
  code: 'TD608',
  name: 'stores-are-encrypted',
  law: 'Every store is encrypted at rest with a key of this environment, and speaks TLS only.',
  check: ({ objects }) =>
    objects
      .filter((object) => isManaged(object) && !observes(object))
      .flatMap((object) =>
        (ENCRYPTED[kindOf(object)] ?? [])
          .filter(({ holds }) => !holds(object))
          .map(({ what }) => ({
            object,
            message: `${say(object)}: ${what}`,
            hint: 'Turn it on in the environment; a law there refuses to turn it off.',
          })),
      ),
};

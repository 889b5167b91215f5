import type { Break } from '../law.ts';

export const breaks: readonly Break[] = [
  {
    what: 'RDS in the clear',
    spoil: (tree) => {
      tree.object('aws', 'rds/Instance', 'crm-production').spec.forProvider.storageEncrypted = false;
    },
  },
  {
    what: 'the cache in the clear',
    spoil: (tree) => {
      tree.object('aws', 'elasticache/ReplicationGroup', 'crm-production').spec.forProvider.atRestEncryptionEnabled = 'false';
    },
  },
  {
    what: 'Cloud SQL takes connections without TLS',
    spoil: (tree) => {
      tree.object('gcp', 'sql/DatabaseInstance', 'crm-production').spec.forProvider.settings.ipConfiguration.sslMode =
        'ALLOW_UNENCRYPTED_AND_ENCRYPTED';
    },
  },
  {
    what: 'Memorystore without a key',
    spoil: (tree) => {
      delete tree.object('gcp', 'redis/Instance', 'crm-production').spec.forProvider.customerManagedKeyRef;
    },
  },
  {
    what: 'a secret without a key',
    spoil: (tree) => {
      tree.object('gcp', 'secretmanager/Secret', 'crm-production-database').spec.forProvider.replication = { auto: {} };
    },
  },
  {
    what: 'RDS no longer forces TLS',
    spoil: (tree) => {
      const group = tree.object('aws', 'rds/ParameterGroup', 'crm-production-postgres16').spec.forProvider;
      group.parameter = group.parameter.filter((one: { name: string }) => one.name !== 'rds.force_ssl');
    },
  },
];

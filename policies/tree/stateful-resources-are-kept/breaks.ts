import type { Break } from '../law.ts';

export const breaks: readonly Break[] = [
  {
    what: 'Delete on the database',
    spoil: (tree) => {
      tree.object('aws', 'rds/Instance', 'crm-production').spec.managementPolicies.push('Delete');
    },
  },
  {
    what: 'deletion protection off on Cloud SQL',
    spoil: (tree) => {
      tree.object('gcp', 'sql/DatabaseInstance', 'crm-production').spec.forProvider.deletionProtection = false;
    },
  },
  {
    what: 'the database may be pruned',
    spoil: (tree) => {
      tree.object('gcp', 'sql/DatabaseInstance', 'crm-production').metadata.annotations = {};
    },
  },
  {
    what: 'no final snapshot',
    spoil: (tree) => {
      tree.object('aws', 'rds/Instance', 'crm-production').spec.forProvider.skipFinalSnapshot = true;
    },
  },
  {
    what: 'a key that may be deleted',
    spoil: (tree) => {
      tree.object('gcp', 'kms/CryptoKey', 'crm-production-sql').spec.managementPolicies = ['*'];
    },
  },
  {
    what: 'a composed cache without a last snapshot',
    spoil: (tree) => {
      delete tree.object('aws', 'elasticache/ReplicationGroup', 'crm-production').spec.forProvider.finalSnapshotIdentifier;
    },
  },
];

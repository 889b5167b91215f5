import type { Break } from '../law.ts';

export const breaks: readonly Break[] = [
  {
    what: 'a password in the clear',
    spoil: (tree) => {
      tree.object('aws', 'rds/Instance', 'crm-production').spec.forProvider.password = 'correct horse';
    },
  },
  {
    what: 'the pre-shared keys are made by nobody',
    spoil: (tree) => tree.remove('aws', 'external-secrets.io/ExternalSecret', 'link-keys'),
  },
  {
    what: 'a secret that does not exist',
    spoil: (tree) => {
      tree.object('gcp', 'sql/DatabaseInstance', 'crm-production').spec.forProvider.rootPasswordSecretRef.name = 'root';
    },
  },
];

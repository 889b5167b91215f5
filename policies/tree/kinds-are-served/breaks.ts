import type { Break } from '../law.ts';

export const breaks: readonly Break[] = [
  {
    what: 'a kind that is not activated',
    spoil: (tree) => {
      const policy = tree.object('aws', 'apiextensions.crossplane.io/ManagedResourceActivationPolicy', 'tandem');
      policy.spec.activate = policy.spec.activate.filter((name: string) => !name.startsWith('instances.rds.'));
    },
  },
  { what: 'a provider that is not installed', spoil: (tree) => tree.remove('gcp', 'pkg.crossplane.io/Provider', 'provider-gcp-sql') },
  {
    what: 'a login that is not there',
    spoil: (tree) => {
      tree.object('gcp', 'redis/Instance', 'crm-production').spec.providerConfigRef.name = 'default';
    },
  },
];

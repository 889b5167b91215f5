import type { Break } from '../law.ts';

export const breaks: readonly Break[] = [
  {
    what: 'RDS with a public address',
    spoil: (tree) => {
      tree.object('aws', 'rds/Instance', 'crm-production').spec.forProvider.publiclyAccessible = true;
    },
  },
  {
    what: 'Cloud SQL with a public address',
    spoil: (tree) => {
      tree.object('gcp', 'sql/DatabaseInstance', 'crm-production').spec.forProvider.settings.ipConfiguration.ipv4Enabled = true;
    },
  },
  {
    what: 'GKE nodes with public addresses',
    spoil: (tree) => {
      tree.object('gcp', 'container/Cluster', 'crm-production').spec.forProvider.privateClusterConfig.enablePrivateNodes = false;
    },
  },
  {
    what: 'a public control plane that nobody listed',
    spoil: (tree) => {
      tree.object('aws', 'eks/Cluster', 'crm-production').spec.forProvider.vpcConfig.endpointPublicAccess = true;
    },
  },
];

import type { Break } from '../law.ts';

export const breaks: readonly Break[] = [
  {
    what: 'a subnet that names no VPC',
    spoil: (tree) => {
      tree.object('aws', 'ec2/Subnet', 'crm-production-private-a').spec.forProvider.vpcIdRef.name = 'crm';
    },
  },
  { what: 'the route table is gone', spoil: (tree) => tree.remove('aws', 'ec2/RouteTable', 'crm-production-private-a') },
  {
    what: 'a security group where a subnet belongs',
    spoil: (tree) => {
      tree.object('aws', 'rds/SubnetGroup', 'crm-production').spec.forProvider.subnetIdRefs = [{ name: 'crm-production-database' }];
    },
  },
  {
    what: 'the GCP network of another cluster',
    spoil: (tree) => {
      tree.object('gcp', 'compute/Router', 'crm-production-link').spec.forProvider.networkRef.name = 'default';
    },
  },
  {
    what: 'a reference that the provider does not resolve',
    spoil: (tree) => {
      tree.object('gcp', 'sql/DatabaseInstance', 'crm-production').spec.forProvider.encryptionKeyNameRef = { name: 'crm-production-sql' };
    },
  },
];

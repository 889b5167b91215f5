import type { Break } from '../law.ts';

export const breaks: readonly Break[] = [
  {
    what: 'both clusters manage the gateway of the link',
    spoil: (tree) => {
      tree.object('gcp', 'compute/HaVPNGateway', 'crm-production-link').spec.managementPolicies = ['Observe', 'Create', 'Update'];
    },
  },
  { what: 'the other cluster manages the VPC too', spoil: (tree) => tree.copy('aws', 'ec2/VPC', 'crm-production', { cloud: 'gcp' }) },
  {
    what: 'an object that looks up the database manages it',
    spoil: (tree) => {
      tree.object('aws', 'sql/DatabaseInstance', 'crm-production-names-cloudsql').spec.managementPolicies = ['Observe', 'Update'];
    },
  },
  {
    what: 'nobody manages the database',
    spoil: (tree) => {
      tree.object('gcp', 'sql/DatabaseInstance', 'crm-production').spec.managementPolicies = ['Observe'];
    },
  },
  {
    what: 'an object takes over what it finds',
    spoil: (tree) => {
      tree.object('aws', 'eks/NodeGroup', 'crm-production-nodes').spec.managementPolicies = ['*'];
    },
  },
];

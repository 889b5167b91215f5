import type { Break } from '../law.ts';

export const breaks: readonly Break[] = [
  {
    what: 'a key without its region',
    spoil: (tree) => {
      delete tree.object('aws', 'kms/Key', 'crm-production-database').spec.forProvider.region;
    },
  },
  {
    what: 'a database without its class',
    spoil: (tree) => {
      delete tree.object('aws', 'rds/Instance', 'crm-production').spec.forProvider.instanceClass;
    },
  },
  {
    what: 'a Google cluster without its place',
    spoil: (tree) => {
      delete tree.object('gcp', 'container/Cluster', 'crm-production').spec.forProvider.location;
    },
  },
  {
    what: 'a composed peer without the number of its neighbour',
    spoil: (tree) => {
      delete tree.object('aws', 'compute/RouterPeer', 'crm-production-aws-2').spec.forProvider.peerAsn;
    },
  },
  {
    what: 'a kind that nobody knows',
    spoil: (tree) => {
      tree.object('aws', 'ec2/EIP', 'crm-production-nat-a').kind = 'ElasticIP';
    },
  },
];

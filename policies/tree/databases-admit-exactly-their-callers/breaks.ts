import type { Break } from '../law.ts';

export const breaks: readonly Break[] = [
  {
    what: 'Cloud SQL cannot reach RDS any more',
    spoil: (tree) => tree.remove('aws', 'ec2/SecurityGroupIngressRule', 'crm-production-database-from-gcp-services'),
  },
  {
    what: 'the EKS nodes cannot reach RDS any more',
    spoil: (tree) => tree.remove('aws', 'ec2/SecurityGroupIngressRule', 'crm-production-database-from-eks'),
  },
  {
    what: 'RDS cannot subscribe: failback is impossible',
    spoil: (tree) => tree.remove('aws', 'ec2/SecurityGroupEgressRule', 'crm-production-database-to-gcp-services'),
  },
  {
    what: 'a wider range than the pods',
    spoil: (tree) => {
      tree.object('aws', 'ec2/SecurityGroupIngressRule', 'crm-production-database-from-gcp-pods').spec.forProvider.cidrIpv4 = '10.0.0.0/8';
    },
  },
  {
    what: 'every port instead of one',
    spoil: (tree) => {
      tree.object('aws', 'ec2/SecurityGroupIngressRule', 'crm-production-database-from-gcp-nodes').spec.forProvider.fromPort = 0;
    },
  },
  {
    what: 'the link does not announce the peered range',
    spoil: (tree) => {
      tree.object('gcp', 'compute/Router', 'crm-production-link').spec.forProvider.bgp.advertisedIpRanges.pop();
    },
  },
  {
    what: 'Cloud SQL does not learn the routes',
    spoil: (tree) => {
      tree.object('gcp', 'compute/NetworkPeeringRoutesConfig', 'crm-production-services').spec.forProvider.exportCustomRoutes = false;
    },
  },
  { what: 'the denial of the rest is gone', spoil: (tree) => tree.remove('gcp', 'compute/Firewall', 'crm-production-deny-to-aws') },
];

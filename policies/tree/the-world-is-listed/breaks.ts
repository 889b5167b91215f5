import type { Break } from '../law.ts';

export const breaks: readonly Break[] = [
  {
    what: 'the database is open to the world',
    spoil: (tree) => {
      tree.object('aws', 'ec2/SecurityGroupIngressRule', 'crm-production-database-from-gcp-nodes').spec.forProvider.cidrIpv4 = '0.0.0.0/0';
    },
  },
  {
    what: 'a firewall rule for everybody',
    spoil: (tree) => {
      tree.object('gcp', 'compute/Firewall', 'crm-production-allow-front-ends').spec.forProvider.sourceRanges = ['0.0.0.0/0'];
    },
  },
  {
    what: 'the control plane is open',
    spoil: (tree) => {
      tree.object('aws', 'eks/Cluster', 'crm-production').spec.forProvider.vpcConfig.publicAccessCidrs = ['0.0.0.0/0'];
    },
  },
  {
    what: 'Cloud Armor admits everybody',
    spoil: (tree) => {
      tree.object('gcp', 'compute/SecurityPolicy', 'crm-production-cloudflare').spec.forProvider.rule.at(-1).action = 'allow';
    },
  },
  {
    what: 'a network policy lets everybody in',
    spoil: (tree) => {
      tree.object('aws', 'networking.k8s.io/NetworkPolicy', 'crm').spec.ingress = [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }];
    },
  },
];

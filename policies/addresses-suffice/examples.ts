import type { Examples } from '../rule.ts';

const [publicA, publicC, privateA, privateC] = [
  { name: 'public-a', role: 'public', zone: 'ap-northeast-2a', cidr: '10.30.0.0/24' },
  { name: 'public-c', role: 'public', zone: 'ap-northeast-2c', cidr: '10.30.1.0/24' },
  { name: 'private-a', role: 'private', zone: 'ap-northeast-2a', cidr: '10.30.10.0/24' },
  { name: 'private-c', role: 'private', zone: 'ap-northeast-2c', cidr: '10.30.11.0/24' },
];

export const examples: Examples = {
  good: [{ change: { 'aws.kubernetes.nodes.max': 32 } }, { change: { 'gcp.kubernetes.nodes.max': 255 } }],
  bad: [
    // The two /24 of the guide: 10 nodes x 60 addresses do not fit 502.
    {
      change: { 'aws.network.subnets': [publicA, publicC, privateA, privateC] },
      names: ['aws.network.subnets', 'aws.kubernetes.nodes.max'],
    },
    { change: { 'aws.kubernetes.nodes.maxPods': 59 }, names: ['aws.kubernetes.nodes.maxPods'] },
    { change: { 'aws.kubernetes.nodes.max': 33 }, names: ['aws.network.subnets'] },
    { change: { 'gcp.network.pods': '10.21.0.0/21' }, names: ['gcp.network.pods', 'gcp.kubernetes.nodes.max'] },
    { change: { 'gcp.network.nodes': '10.20.0.0/29' }, names: ['gcp.network.nodes'] },
    { change: { 'gcp.network.privateServices': '10.24.0.0/24' }, names: ['gcp.network.privateServices'] },
    { change: { 'gcp.network.controlPlane': '172.16.0.0/27' }, names: ['gcp.network.controlPlane'] },
  ],
};

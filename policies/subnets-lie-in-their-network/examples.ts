import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'aws.network.subnets[2].cidr': '10.30.12.0/24' } }],
  bad: [
    { change: { 'aws.network.subnets[2].cidr': '10.31.10.0/24' }, names: ['aws.network.subnets[2].cidr', 'aws.network.vpc'] },
    { change: { 'aws.network.subnets[3].cidr': '10.30.10.128/25' }, names: ['aws.network.subnets[3].cidr', 'aws.network.subnets[2].cidr'] },
    { change: { 'aws.network.subnets[1].zone': 'ap-northeast-2a' }, names: ['aws.network.subnets'] },
    { change: { 'aws.network.subnets[1].zone': 'us-east-1a' }, names: ['aws.network.subnets[1].zone'] },
  ],
};

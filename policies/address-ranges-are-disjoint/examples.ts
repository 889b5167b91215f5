import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'gcp.network.pods': '10.64.0.0/14' } }],
  bad: [
    { change: { 'gcp.network.pods': '10.30.128.0/17' }, names: ['gcp.network.pods', 'aws.network.vpc'] },
    { change: { 'gcp.network.privateServices': '10.20.8.0/21' }, names: ['gcp.network.privateServices', 'gcp.network.nodes'] },
    { change: { 'aws.kubernetes.services': '172.16.0.0/12' }, names: ['gcp.network.controlPlane', 'aws.kubernetes.services'] },
  ],
};

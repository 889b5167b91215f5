import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'aws.kubernetes.nodes.instanceType': 'm6i.2xlarge', 'aws.kubernetes.nodes.max': 4 } }],
  bad: [
    { change: { 'aws.kubernetes.nodes.max': 6 }, names: ['aws.kubernetes.nodes.max', 'peak'] },
    { change: { 'aws.kubernetes.nodes.creditMode': 'standard' }, names: ['aws.kubernetes.nodes.max'] },
    { change: { 'gcp.kubernetes.nodes.max': 1 }, names: ['gcp.kubernetes.nodes.max'] },
    { change: { 'application.maxReplicas': 20 }, names: ['application.maxReplicas', 'peak'] },
    { change: { 'aws.kubernetes.nodes.instanceType': 'z9.huge' }, names: ['aws.kubernetes.nodes.instanceType'] },
    { change: { 'peak.memory': '400Gi' }, names: ['aws.kubernetes.nodes.max', 'application.maxReplicas'] },
  ],
};

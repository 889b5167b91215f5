import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: {} }, { change: { 'aws.kubernetes.version': '1.34', 'gcp.kubernetes.version': '1.34' }, asOf: '2026-09-01' }],
  bad: [
    { change: { 'aws.kubernetes.version': '1.29' }, names: ['aws.kubernetes.version'] },
    { change: { 'aws.kubernetes.version': '1.33' }, asOf: '2026-08-15', names: ['aws.kubernetes.version'] },
    { change: {}, asOf: '2028-04-01', names: ['aws.kubernetes.version', 'gcp.kubernetes.version'] },
    { change: { 'gcp.kubernetes.version': '1.42' }, names: ['gcp.kubernetes.version'] },
    { change: { 'gcp.kubernetes.version': '1.33' }, names: ['gcp.kubernetes.version', 'aws.kubernetes.version'] },
  ],
};

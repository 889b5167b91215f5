import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [
    { change: { 'traffic.steering': 'weighted', 'traffic.shares': { aws: 70, gcp: 30 } } },
    { change: { 'traffic.steering': 'off', 'traffic.plan': 'business' } },
  ],
  bad: [
    { change: { 'traffic.shares': { aws: 50, gcp: 50 } }, names: ['traffic.shares', 'traffic.steering'] },
    { change: { 'traffic.steering': 'weighted' }, names: ['traffic.steering'] },
    { change: { 'traffic.steering': 'weighted', 'traffic.shares': { aws: 60, gcp: 60 } }, names: ['traffic.shares'] },
    { change: { 'traffic.plan': 'pro' }, names: ['traffic.steering', 'traffic.plan'] },
    { change: { 'traffic.monitor.regions': ['NEAS'] }, names: ['traffic.monitor.regions'] },
    { change: { 'traffic.recoveryRamp': [25, 10] }, names: ['traffic.recoveryRamp'] },
  ],
};

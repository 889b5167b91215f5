import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'traffic.plan': 'business' } }],
  bad: [
    { change: { 'traffic.plan': 'free' }, names: ['traffic.plan'] },
    { change: { 'traffic.plan': 'pro' }, names: ['traffic.monitor.interval', 'traffic.plan'] },
    { change: { 'traffic.monitor.retries': 3 }, names: ['traffic.monitor.timeout'] },
  ],
};

import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'traffic.monitor.interval': '10s', 'traffic.monitor.timeout': '3s' } }],
  bad: [
    {
      change: { 'traffic.monitor.interval': '60s', 'traffic.monitor.consecutiveDown': 3 },
      names: ['traffic.monitor', 'recovery.detection'],
    },
    { change: { 'traffic.monitor.retries': 3 }, names: ['traffic.monitor'] },
  ],
};

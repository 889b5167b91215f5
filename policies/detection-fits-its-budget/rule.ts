import { worstDetection } from '../recovery-budget.ts';
import type { Rule } from '../rule.ts';

export const detectionFitsItsBudget: Rule = {
  code: 'TD201',
  name: 'detection-fits-its-budget',
  severity: 'error',
  law: 'Cloudflare stops sending traffic to a lost cloud within the declared time, in the worst case.',
  check(platform) {
    const { interval, timeout, retries, consecutiveDown } = platform.traffic.monitor;
    const worst = worstDetection(platform.traffic.monitor);
    const budget = platform.recovery.detection;
    if (worst <= budget) return [];
    return [
      {
        paths: ['traffic.monitor', 'recovery.detection'],
        message: `worst case ${consecutiveDown} x ${interval} s interval + ${retries + 1} x ${timeout} s timeout = ${worst} s, above the declared ${budget} s`,
        hint: `Lower traffic.monitor.interval, timeout, retries or consecutiveDown until the sum is at most ${budget} s, or raise recovery.detection.`,
      },
    ];
  },
};

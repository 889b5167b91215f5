import type { Breach, Rule } from '../rule.ts';

/**
 * Shortest interval of a health check in seconds. Cloudflare's pages disagree (10, 15 or 60 s on paid plans);
 * these are the ones of the plan table. Source: Cloudflare, load balancing limitations, read 2025.
 */
const FLOOR = { free: undefined, pro: 60, business: 15, enterprise: 10 } as const;

export const checkIntervalIsOfferedByThePlan: Rule = {
  code: 'TD204',
  name: 'check-interval-is-offered-by-the-plan',
  severity: 'error',
  law: 'The health check runs as often as the Cloudflare plan allows, and one check ends before the next begins.',
  check({ traffic: { plan, monitor } }) {
    const floor = FLOOR[plan];
    const breaches: Breach[] = [];
    if (floor === undefined)
      breaches.push({
        paths: ['traffic.plan'],
        message: `the ${plan} plan has no load balancing`,
        hint: 'Use pro, business or enterprise.',
      });
    else if (monitor.interval < floor)
      breaches.push({
        paths: ['traffic.monitor.interval', 'traffic.plan'],
        message: `interval ${monitor.interval} s is below the ${floor} s of the ${plan} plan`,
        hint: `Set traffic.monitor.interval to at least ${floor}s, or raise the plan.`,
      });
    const longest = monitor.timeout * (monitor.retries + 1);
    if (longest > monitor.interval)
      breaches.push({
        paths: ['traffic.monitor.timeout', 'traffic.monitor.interval'],
        message: `${monitor.retries + 1} x ${monitor.timeout} s timeout = ${longest} s, longer than the interval of ${monitor.interval} s`,
        hint: 'Lower the timeout or the retries, or raise the interval.',
        severity: 'warning',
      });
    return breaches;
  },
};

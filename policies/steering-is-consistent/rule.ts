import type { Breach, Rule } from '../rule.ts';

export const steeringIsConsistent: Rule = {
  code: 'TD202',
  name: 'steering-is-consistent',
  severity: 'error',
  law: 'Traffic is steered one way: by latency or by shares. Shares under latency steering would be ignored by Cloudflare.',
  check({ traffic }) {
    const { steering, shares, plan, monitor, recoveryRamp } = traffic;
    const breaches: Breach[] = [];
    if (steering !== 'weighted' && shares)
      breaches.push({
        paths: ['traffic.shares', 'traffic.steering'],
        message: `shares ${shares.aws}:${shares.gcp} have no effect under ${steering} steering`,
        hint: 'Remove traffic.shares, or set traffic.steering: weighted.',
      });
    if (steering === 'weighted' && !shares)
      breaches.push({
        paths: ['traffic.steering'],
        message: 'weighted steering has no shares',
        hint: 'Add traffic.shares, for example { aws: 50, gcp: 50 }.',
      });
    if (shares && shares.aws + shares.gcp !== 100)
      breaches.push({
        paths: ['traffic.shares'],
        message: `shares ${shares.aws} + ${shares.gcp} = ${shares.aws + shares.gcp}, not 100`,
        hint: 'Let the two shares add up to 100.',
      });
    if (steering === 'dynamicLatency' && plan !== 'enterprise')
      breaches.push({
        paths: ['traffic.steering', 'traffic.plan'],
        message: `the ${plan} plan has no latency steering without the Traffic Steering add-on`,
        hint: 'Set traffic.steering: weighted with shares, or use an enterprise plan.',
      });
    if (steering === 'dynamicLatency' && !monitor.regions.includes('ALL'))
      breaches.push({
        paths: ['traffic.monitor.regions', 'traffic.steering'],
        message: `latency steering compares round trips from every region, but checks run from ${monitor.regions.join(', ')} only`,
        hint: 'Set traffic.monitor.regions: [ALL].',
      });
    if (recoveryRamp.some((step, index) => index > 0 && step <= (recoveryRamp[index - 1] ?? 0)))
      breaches.push({
        paths: ['traffic.recoveryRamp'],
        message: `the ramp ${recoveryRamp.join(', ')} does not rise`,
        hint: 'Order the steps from small to large.',
      });
    return breaches;
  },
};

import { recoveryBudget, type Scenario } from '../recovery-budget.ts';
import type { Breach, Rule } from '../rule.ts';

export const recoveryTimeAddsUp: Rule = {
  code: 'TD203',
  name: 'recovery-time-adds-up',
  severity: 'error',
  law: 'Every declared recovery time is at least the sum of the steps that recovery takes, each in its worst case.',
  check: (platform) => recoveryBudget(platform).flatMap(overBudget),
};

function overBudget({ name, phases, worst, objective, setting }: Scenario): Breach[] {
  if (worst <= objective) return [];
  const arithmetic = phases.map((phase) => `${phase.worst} s ${phase.phase}`).join(' + ');
  const settings = phases.flatMap((phase) => (phase.setting && phase.worst > 0 ? [phase.setting] : []));
  const shorten = settings.length > 0 ? `, or shorten ${settings.join(', ')}` : '';
  return [
    {
      paths: [setting],
      message: `${arithmetic}${phases.length > 1 ? ` = ${worst} s` : ''}, above the declared ${objective} s`,
      hint: `Raise recovery.${name}.rto to at least ${worst}s${shorten}.`,
    },
  ];
}

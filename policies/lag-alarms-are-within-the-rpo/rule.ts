import type { Breach, Rule } from '../rule.ts';

export const lagAlarmsAreWithinTheRpo: Rule = {
  code: 'TD502',
  name: 'lag-alarms-are-within-the-rpo',
  severity: 'error',
  law: 'The replication lag that pages is not looser than the recovery point objective, and the heartbeat is fine enough to see it.',
  check({ database, recovery }) {
    const { lagWarning, lagCritical, heartbeat } = database.replication;
    const scenario = database.writer === 'aws' ? 'awsLost' : 'gcpLost';
    const rpo = recovery[scenario].rpo;
    const breaches: Breach[] = [];
    if (lagCritical > rpo)
      breaches.push({
        paths: ['database.replication.lagCritical', `recovery.${scenario}.rpo`],
        message: `the alarm pages at ${lagCritical} s, looser than the objective of ${rpo} s: when it fires, the objective is already missed`,
        hint: `Set database.replication.lagCritical to at most ${rpo}s, or declare another recovery.${scenario}.rpo.`,
      });
    if (lagWarning >= lagCritical)
      breaches.push({
        paths: ['database.replication.lagWarning', 'database.replication.lagCritical'],
        message: `the warning at ${lagWarning} s does not come before the page at ${lagCritical} s`,
        hint: 'Lower database.replication.lagWarning.',
      });
    if (heartbeat * 2 > lagWarning)
      breaches.push({
        paths: ['database.replication.heartbeat', 'database.replication.lagWarning'],
        message: `a heartbeat every ${heartbeat} s cannot show a lag of ${lagWarning} s: two beats are needed`,
        hint: `Set database.replication.heartbeat to at most ${lagWarning / 2}s.`,
      });
    return breaches;
  },
};

import type { Platform } from '../../environments/platform.ts';
import type { Seconds } from '../../environments/units.ts';
import type { Breach, Rule } from '../rule.ts';

/** IPsec dead peer detection and the negotiated BGP hold time; AWS Site-to-Site VPN, Google HA VPN. */
const TUNNEL_FLOOR: Seconds = 30;
/** A Multi-AZ failover typically takes 60 to 120 s; Amazon RDS User Guide. */
const DATABASE_NODE_FLOOR: Seconds = 60;

export const recoveryTimeAddsUp: Rule = {
  code: 'TD203',
  name: 'recovery-time-adds-up',
  severity: 'error',
  law: 'Every declared recovery time is at least the sum of the steps that recovery takes.',
  check({ recovery, pgbouncer, database }) {
    const writerLost = database.writer === 'aws' ? 'awsLost' : 'gcpLost';
    const readerLost = database.writer === 'aws' ? 'gcpLost' : 'awsLost';
    const { detection, decision, promotion } = recovery;
    const needed = detection + decision + promotion + pgbouncer.serverLoginRetry;
    return [
      ...atLeast(
        recovery,
        writerLost,
        needed,
        `${detection} s detection + ${decision} s decision + ${promotion} s promotion + ${pgbouncer.serverLoginRetry} s pool login retry = ${needed} s`,
      ),
      ...atLeast(recovery, readerLost, detection, `${detection} s detection`),
      ...atLeast(recovery, 'tunnelLost', TUNNEL_FLOOR, `no tunnel failure is noticed in less than ${TUNNEL_FLOOR} s`),
      ...atLeast(recovery, 'databaseNodeLost', DATABASE_NODE_FLOOR, `a standby takes over in ${DATABASE_NODE_FLOOR} to 120 s`),
    ];
  },
};

type Scenario = 'awsLost' | 'gcpLost' | 'tunnelLost' | 'databaseNodeLost';

function atLeast(recovery: Platform['recovery'], scenario: Scenario, needed: Seconds, arithmetic: string): Breach[] {
  const declared = recovery[scenario].rto;
  if (needed <= declared) return [];
  return [
    {
      paths: [`recovery.${scenario}.rto`],
      message: `${arithmetic}, above the declared ${declared} s`,
      hint: `Raise recovery.${scenario}.rto to at least ${needed}s, or shorten a step that a drill has measured.`,
    },
  ];
}

import type { Platform } from '../environments/platform.ts';
import type { Seconds } from '../environments/units.ts';

/** What a recovery does, in this order. */
export type PhaseName = 'detect' | 'decide' | 'fence' | 'promote' | 'switch' | 'warm up';

export interface Phase {
  readonly phase: PhaseName;
  readonly best: Seconds;
  readonly worst: Seconds;
  /** The configuration path that the time comes from; null where a cloud decides it. */
  readonly setting: string | null;
  /** How the worst case is reached, with the numbers. */
  readonly how: string;
}

export type ScenarioName = 'awsLost' | 'gcpLost' | 'tunnelLost' | 'databaseNodeLost';

export interface Scenario {
  readonly name: ScenarioName;
  readonly title: string;
  readonly phases: readonly Phase[];
  readonly best: Seconds;
  readonly worst: Seconds;
  /** The declared objective, and where it is written. */
  readonly objective: Seconds;
  readonly setting: string;
  /** What may be lost at most while replication is as it should be, and the declared objective for it. */
  readonly loss: Seconds;
  readonly lossObjective: Seconds;
}

/** A Multi-AZ failover typically takes 60 to 120 s, clients' reconnection included. Source: Amazon RDS User Guide. */
const DATABASE_NODE = { best: 60, worst: 120 };
/** AWS negotiates BGP with a hold time of 30 s and a keepalive every 10 s; the lower hold time of both sides wins. */
const AWS_BGP = { hold: 30, keepalive: 10 };

/** The recovery budget of every scenario, from the configuration alone. */
export function recoveryBudget(platform: Platform): readonly Scenario[] {
  const { recovery, database } = platform;
  const lost = (name: 'awsLost' | 'gcpLost'): Scenario => {
    const cloud = name === 'awsLost' ? 'aws' : 'gcp';
    const writes = database.writer === cloud;
    return scenario(
      platform,
      name,
      `${cloud.toUpperCase()} lost${writes ? ', the writer' : ''}`,
      writes ? writerLost(platform) : readerLost(platform),
      {
        // The other side has what was replicated; what lags is lost. Where nothing is promoted, nothing is.
        loss: writes ? database.replication.lagCritical : 0,
      },
    );
  };
  return [
    lost('awsLost'),
    lost('gcpLost'),
    scenario(platform, 'tunnelLost', 'one VPN tunnel lost', [tunnel(platform)], { loss: 0 }),
    scenario(
      platform,
      'databaseNodeLost',
      'the primary’s node lost',
      [
        {
          phase: 'switch',
          ...DATABASE_NODE,
          setting: null,
          how: `a standby takes over in ${DATABASE_NODE.best} to ${DATABASE_NODE.worst} s; the cloud decides`,
        },
      ],
      { loss: 0 },
    ),
  ].map((one) => ({ ...one, lossObjective: recovery[one.name].rpo }));
}

/** Whether the worst case keeps the declared objectives. */
export function isWithin({ worst, objective, loss, lossObjective }: Scenario): boolean {
  return worst <= objective && loss <= lossObjective;
}

function scenario(
  { recovery }: Platform,
  name: ScenarioName,
  title: string,
  phases: readonly Phase[],
  { loss }: { loss: Seconds },
): Scenario {
  const sum = (of: (phase: Phase) => Seconds): Seconds => phases.reduce((total, phase) => total + of(phase), 0);
  return {
    name,
    title,
    phases,
    best: sum((phase) => phase.best),
    worst: sum((phase) => phase.worst),
    objective: recovery[name].rto,
    setting: `recovery.${name}.rto`,
    loss,
    lossObjective: recovery[name].rpo,
  };
}

function writerLost(platform: Platform): Phase[] {
  const { recovery, database, pgbouncer } = platform;
  const detect = detection(platform);
  const decide: Phase = {
    phase: 'decide',
    best: 0,
    worst: recovery.decision,
    setting: 'recovery.decision',
    how: `a person approves within ${recovery.decision} s`,
  };
  const left = (passed: Seconds): Seconds => Math.max(0, database.lease - passed);
  return [
    detect,
    decide,
    {
      phase: 'fence',
      best: left(detect.worst + decide.worst),
      worst: left(detect.best + decide.best),
      setting: 'database.lease',
      how: `what is left of a lease of ${database.lease} s when the claim is made, at the earliest after ${detect.best + decide.best} s`,
    },
    {
      phase: 'promote',
      best: recovery.promotion,
      worst: recovery.promotion,
      setting: 'recovery.promotion',
      how: `${recovery.promotion} s declared; a drill measures it`,
    },
    {
      phase: 'switch',
      best: 0,
      worst: pgbouncer.serverLoginRetry,
      setting: 'pgbouncer.serverLoginRetry',
      how: `a pool tries the new writer after at most ${pgbouncer.serverLoginRetry} s`,
    },
    warmUp(platform),
  ];
}

/** Nothing to promote: traffic goes to the side that writes already. */
function readerLost(platform: Platform): Phase[] {
  return [detection(platform), warmUp(platform)];
}

function warmUp({ recovery }: Platform): Phase {
  return {
    phase: 'warm up',
    best: 0,
    worst: recovery.warmUp,
    setting: 'recovery.warmUp',
    how: `${recovery.warmUp} s declared until the side that is left carries all`,
  };
}

function detection({ traffic }: Platform): Phase {
  const { interval, timeout, retries, consecutiveDown } = traffic.monitor;
  return {
    phase: 'detect',
    best: bestDetection(traffic.monitor),
    worst: worstDetection(traffic.monitor),
    setting: 'traffic.monitor',
    how: `${consecutiveDown} x ${interval} s interval + ${retries + 1} x ${timeout} s timeout`,
  };
}

/** Routes follow the BGP session, which ends with its hold time; no faster detection exists on these gateways. */
function tunnel({ link }: Platform): Phase {
  const hold = Math.min(AWS_BGP.hold, 3 * link.keepalive);
  return {
    phase: 'switch',
    best: hold - AWS_BGP.keepalive,
    worst: hold,
    setting: 'link.keepalive',
    how: `BGP gives a neighbour up after ${hold} s, the lower hold time of both sides`,
  };
}

/**
 * The longest time in seconds from the loss of an origin to the check that marks it down:
 * interval + (consecutiveDown - 1) x interval + timeout x (retries + 1). Cloudflare retries at once and
 * only after timeouts; consecutiveDown counts checks. Source: Cloudflare, monitor settings.
 */
export function worstDetection(monitor: Platform['traffic']['monitor']): Seconds {
  return monitor.consecutiveDown * monitor.interval + monitor.timeout * (monitor.retries + 1);
}

/** The same for an origin that is lost just before a check. */
function bestDetection(monitor: Platform['traffic']['monitor']): Seconds {
  return worstDetection(monitor) - monitor.interval;
}

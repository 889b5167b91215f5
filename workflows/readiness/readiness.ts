import { CLOUDS, type Cloud, otherCloud, type Platform } from '../../environments/platform.ts';
import type { Authority } from '../authority/client.ts';
import { AuthorityRefusal, AuthorityUnreachable } from '../authority/client.ts';
import type { WriterRecord } from '../authority/protocol.ts';
import { GuardError, type RemoteGuard } from '../guard/client.ts';
import { leaseOf } from '../lease/lease.ts';
import { type Access, DatabaseError, openSession, type Session } from '../postgres/session.ts';
import { sequencesOf } from '../replication/catalogue.ts';
import { directionOf } from '../replication/direction.ts';
import { preflight } from '../replication/preflight.ts';
import { replicationStatus } from '../replication/status.ts';
import { StepError } from '../step-error.ts';
import type { LoadBalancer } from '../traffic/load-balancer.ts';

export interface Readiness {
  readonly platform: Platform;
  /** Administrators of both databases, as they are reached from here. */
  readonly databases: Readonly<Record<Cloud, Access>>;
  /** Roles that a failover relies on, with the passwords that are used; each must be valid on both sides. */
  readonly roles: readonly { readonly user: string; readonly password: string }[];
  readonly authority: Pick<Authority, 'record'>;
  readonly guards: readonly RemoteGuard[];
  /** Null where this run has no access to it. */
  readonly balancer: LoadBalancer | null;
}

export interface Check {
  readonly check: string;
  readonly ready: boolean;
  /** What was found. */
  readonly found: string;
  /** What to do; empty when it is ready. */
  readonly advice: string;
}

/** The smallest answer that a path with a wrong maximum segment size would swallow. */
const LARGE = 65_536;

/**
 * Would a failover work now? Looks at everything that it relies on, and changes nothing.
 */
export async function readiness(input: Readiness): Promise<readonly Check[]> {
  const record = await recordOf(input);
  const checks: Check[] = [record.check];
  const writer = record.record?.writer ?? input.platform.database.writer;
  const groups = await Promise.all([
    replication(input, writer),
    objects(input, writer),
    roles(input),
    path(input),
    leases(input, record.record),
    guards(input, record.record),
    traffic(input),
  ]);
  return [...checks, ...groups.flat()];
}

const good = (check: string, found: string): Check => ({ check, ready: true, found, advice: '' });
const bad = (check: string, found: string, advice: string): Check => ({ check, ready: false, found, advice });

/** A check whose question had no answer is not ready, whatever it was about. */
async function answered(check: string, advice: string, run: () => Promise<Check | readonly Check[]>): Promise<readonly Check[]> {
  try {
    return [await run()].flat();
  } catch (error) {
    const known = [DatabaseError, GuardError, StepError, AuthorityRefusal, AuthorityUnreachable].some((kind) => error instanceof kind);
    if (!known) throw error;
    return [bad(check, (error as Error).message, advice)];
  }
}

async function inSession<T>(access: Access, run: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(access, 'readiness');
  try {
    return await run(session);
  } finally {
    await session.close();
  }
}

async function recordOf({ authority }: Readiness): Promise<{ record: WriterRecord | null; check: Check }> {
  const name = 'the authority answers';
  try {
    const record = await authority.record();
    return record
      ? { record, check: good(name, `${record.writer} writes in epoch ${record.epoch}`) }
      : { record, check: bad(name, 'nobody has been made the writer', 'Claim the first epoch: tandem step begin.') };
  } catch (error) {
    if (!(error instanceof AuthorityRefusal || error instanceof AuthorityUnreachable)) throw error;
    return {
      record: null,
      check: bad(name, error.message, 'Without it no failover can be claimed. See Cloudflare’s status, the route to it, and the token.'),
    };
  }
}

async function replication({ platform, databases }: Readiness, writer: Cloud): Promise<readonly Check[]> {
  const { lagWarning, lagCritical } = platform.database.replication;
  const status = await replicationStatus(databases[writer], databases[otherCloud(writer)], directionOf(platform, writer), {
    lagWarning,
    lagCritical,
  });
  const { publisher, subscriber } = status;
  const lag = subscriber?.heartbeatAge;
  const headroom = publisher?.headroom;
  return [
    status.problems.length === 0
      ? good('replication runs', `slot ${publisher?.slot}, worker ${subscriber?.worker}, ${publisher?.distance} bytes to confirm`)
      : bad(
          'replication runs',
          status.problems.join('; '),
          'Mend it first: a failover now would lose what has not arrived. See tandem step replication-status.',
        ),
    lag !== null && lag !== undefined && lag <= lagWarning
      ? good('the lag is small', `${lag.toFixed(1)} s`)
      : bad(
          'the lag is small',
          lag === null || lag === undefined ? 'unknown' : `${lag.toFixed(1)} s, above ${lagWarning} s`,
          'Find out what holds it up: locks on the subscriber, a large transaction, the link.',
        ),
    headroom !== null && headroom !== undefined && headroom > 0
      ? good('the writer may keep log for an absent follower', `${Math.floor(headroom / 2 ** 20)} MiB more`)
      : bad(
          'the writer may keep log for an absent follower',
          headroom === null ? 'without limit: an absent follower would fill the disk' : 'unknown',
          'Set max_slot_wal_keep_size (slotWalLimit of each database).',
        ),
  ];
}

/** What a promotion needs of the schema, in both directions. */
async function objects({ platform, databases }: Readiness, writer: Cloud): Promise<readonly Check[]> {
  const name = 'the schema can be replicated, and is the same';
  return await answered(name, 'See that both databases can be reached.', () =>
    inSession(databases[writer], (publisher) =>
      inSession(databases[otherCloud(writer)], async (subscriber) => {
        const direction = directionOf(platform, writer);
        const obstacles = (await preflight(publisher, subscriber, direction)).filter(({ code }) => code !== 'too-few-slots');
        const [{ free } = { free: 0 }] = await subscriber.query<{ free: number }>(
          `SELECT current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_replication_slots)::int AS free`,
        );
        const sequences = await sequencesOf(subscriber, direction.schemas);
        return [
          obstacles.length === 0
            ? good(name, 'tables, columns and keys agree')
            : bad(
                name,
                obstacles.map(({ where, message }) => `${where} ${message}`).join('; '),
                [...new Set(obstacles.map(({ advice }) => advice))].join(' '),
              ),
          free >= 3
            ? good('the follower has slots to publish from', `${free} free`)
            : bad(
                'the follower has slots to publish from',
                `${free} free, 3 are needed`,
                'Raise max_replication_slots, or drop slots that nothing reads.',
              ),
          sequences.every(({ owner }) => owner !== null)
            ? good('a promotion knows how far sequences must go', `${sequences.length} sequences, each owned by a column`)
            : bad(
                'a promotion knows how far sequences must go',
                sequences.flatMap(({ name: sequence, owner }) => (owner === null ? [sequence] : [])).join(', '),
                'ALTER SEQUENCE … OWNED BY the column that takes its values.',
              ),
        ];
      }),
    ),
  );
}

/** Roles and passwords are not replicated: each logs in on both sides, really. */
async function roles({ databases, roles: wanted }: Readiness): Promise<readonly Check[]> {
  const all = CLOUDS.flatMap((cloud) => wanted.map((role) => ({ cloud, role })));
  const checks = all.map(({ cloud, role }) =>
    answered(
      `${role.user} logs in on ${cloud}`,
      'Set its password from the secret, or wait until the secret has been mirrored.',
      async () => {
        await inSession({ ...databases[cloud], ...role }, async () => undefined);
        return good(`${role.user} logs in on ${cloud}`, 'its password is valid');
      },
    ),
  );
  return (await Promise.all(checks)).flat();
}

/** Small packets pass where large ones are swallowed: a question and an answer of many segments. */
async function path({ databases }: Readiness): Promise<readonly Check[]> {
  const checks = CLOUDS.map((cloud) => {
    const name = `large packets reach ${cloud} and come back`;
    return answered(name, 'Lower link.mtu, and see that path MTU discovery (ICMP) passes both firewalls.', () =>
      inSession(databases[cloud], async (session) => {
        const [row] = await session.query<{ sent: number; back: string }>(`SELECT length($1::text) AS sent, repeat('x', $2::int) AS back`, [
          'x'.repeat(LARGE),
          LARGE,
        ]);
        return row?.sent === LARGE && row.back.length === LARGE
          ? good(name, `${LARGE} bytes each way`)
          : bad(name, 'they were cut', 'See the proxy in between.');
      }),
    );
  });
  return (await Promise.all(checks)).flat();
}

/** What both databases say of themselves, against the record. */
async function leases({ databases }: Readiness, record: WriterRecord | null): Promise<readonly Check[]> {
  const checks = CLOUDS.map((cloud) => {
    const name = `the database of ${cloud} agrees with the record`;
    return answered(name, 'See that it can be reached.', async () => {
      const lease = await inSession(databases[cloud], leaseOf);
      if (!lease) return bad(name, 'it has no lease', 'Run tandem step replication-ensure.');
      const writes = record?.writer === cloud;
      const right = writes ? lease.state === 'open' && lease.epoch === record?.epoch : lease.state === 'closed';
      const found = `${lease.state}, epoch ${lease.epoch}`;
      return right
        ? good(name, found)
        : bad(
            name,
            found,
            writes ? 'Its guard should have opened it: see the guard’s log.' : 'It must be closed: run tandem step fence on it.',
          );
    });
  });
  return (await Promise.all(checks)).flat();
}

async function guards({ guards: all }: Readiness, record: WriterRecord | null): Promise<readonly Check[]> {
  if (all.length === 0) return [bad('guards are there', 'none is known', 'Give their addresses.')];
  const checks = all.map((guard) => {
    const name = `the pool of ${guard.cloud} at ${guard.url} serves the writer`;
    return answered(name, 'See the guard’s pod.', async () => {
      const { serving, writer, epoch, paused } = await guard.state();
      return serving === 'served' && writer === record?.writer && epoch === record?.epoch
        ? good(name, `${writer}, epoch ${epoch}`)
        : bad(
            name,
            `${serving}, writer ${writer ?? 'unknown'}, epoch ${epoch}${paused ? ', paused by a runbook' : ''}`,
            'See the guard’s log, and PgBouncer’s.',
          );
    });
  });
  return (await Promise.all(checks)).flat();
}

async function traffic({ balancer }: Readiness): Promise<readonly Check[]> {
  if (!balancer) return [];
  return await answered('Cloudflare sends users to both clouds', 'See the token for Cloudflare’s API.', async () => {
    const pools = await balancer.pools();
    return CLOUDS.map((cloud) => {
      const { enabled, healthy } = pools[cloud];
      const name = `Cloudflare’s pool of ${cloud} is up`;
      return enabled && healthy
        ? good(name, 'enabled and healthy')
        : bad(
            name,
            enabled ? 'its health check fails' : 'it is switched off',
            enabled ? 'See what /healthz answers there.' : 'Switch it on when that cloud may take users.',
          );
    });
  });
}

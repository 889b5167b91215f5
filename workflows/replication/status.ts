import { type Access, DatabaseError, openSession, type Session } from '../postgres/session.ts';
import type { Direction } from './direction.ts';
import { lastHeartbeat } from './heartbeat.ts';

/** What the publisher knows: how far the subscriber has confirmed, and what that costs. */
export interface PublisherStatus {
  /** Bytes of write-ahead log that the subscriber has not confirmed. */
  readonly distance: number;
  readonly slot: 'active' | 'inactive' | 'missing' | 'lost';
  /** Bytes that may still be written before the slot is given up; null where nothing limits it. */
  readonly headroom: number | null;
}

/** What the subscriber knows: what has arrived, and whether anything still comes. */
export interface SubscriberStatus {
  /** Seconds since the writer's last heartbeat that was applied; null when none ever was. */
  readonly heartbeatAge: number | null;
  readonly worker: 'running' | 'stopped' | 'disabled' | 'missing';
  /** Errors of applying and of copying since the statistics began. */
  readonly errors: number;
  /** Tables whose copy is not complete. */
  readonly copying: readonly string[];
}

export interface ReplicationStatus {
  /** Null when the side did not answer; `unreachable` says why. */
  readonly publisher: PublisherStatus | null;
  readonly subscriber: SubscriberStatus | null;
  readonly unreachable: readonly string[];
  /** What is wrong, the worst first; empty when replication is as it should be. */
  readonly problems: readonly string[];
}

/**
 * Looks at both sides. The lag is the age of the heartbeat on the subscriber: `replay_lag` freezes while applying is
 * blocked, and while it fails there is no row to look at.
 */
export async function replicationStatus(
  publisher: Access,
  subscriber: Access,
  direction: Direction,
  limits: { readonly lagWarning: number; readonly lagCritical: number },
): Promise<ReplicationStatus> {
  const unreachable: string[] = [];
  const look = async <T>(access: Access, read: (session: Session) => Promise<T>): Promise<T | null> => {
    try {
      const session = await openSession(access, 'replication status');
      try {
        return await read(session);
      } finally {
        await session.close();
      }
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      unreachable.push(error.message);
      return null;
    }
  };
  const [source, target] = await Promise.all([
    look(publisher, (session) => publisherStatus(session, direction)),
    look(subscriber, (session) => subscriberStatus(session, direction)),
  ]);
  return { publisher: source, subscriber: target, unreachable, problems: [...unreachable, ...problems(source, target, limits)] };
}

async function publisherStatus(session: Session, { slot }: Direction): Promise<PublisherStatus> {
  const [row] = await session.query<{ distance: string; active: boolean; status: string; headroom: string | null }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint AS distance, active, wal_status AS status,
            safe_wal_size AS headroom FROM pg_replication_slots WHERE slot_name = $1`,
    [slot],
  );
  if (!row) return { distance: 0, slot: 'missing', headroom: null };
  return {
    distance: Number(row.distance ?? 0),
    slot: row.status === 'lost' ? 'lost' : row.active ? 'active' : 'inactive',
    headroom: row.headroom === null ? null : Number(row.headroom),
  };
}

async function subscriberStatus(session: Session, { subscription }: Direction): Promise<SubscriberStatus> {
  const [row] = await session.query<{ enabled: boolean; running: boolean; errors: string; copying: string[] }>(
    `SELECT s.subenabled AS enabled,
            EXISTS (SELECT FROM pg_stat_subscription t WHERE t.subid = s.oid AND t.relid IS NULL AND t.pid IS NOT NULL) AS running,
            (SELECT apply_error_count + sync_error_count FROM pg_stat_subscription_stats e WHERE e.subid = s.oid) AS errors,
            ARRAY(SELECT r.srrelid::regclass::text FROM pg_subscription_rel r WHERE r.srsubid = s.oid AND r.srsubstate NOT IN ('r', 's') ORDER BY 1) AS copying
     FROM pg_subscription s WHERE s.subname = $1 AND s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [subscription],
  );
  const heartbeat = await lastHeartbeat(session).catch((error) => {
    // The table comes with replication.
    if (error instanceof DatabaseError && error.code === '42P01') return undefined;
    throw error;
  });
  const heartbeatAge = heartbeat?.age ?? null;
  if (!row) return { heartbeatAge, worker: 'missing', errors: 0, copying: [] };
  return {
    heartbeatAge,
    worker: !row.enabled ? 'disabled' : row.running ? 'running' : 'stopped',
    errors: Number(row.errors ?? 0),
    copying: row.copying,
  };
}

function problems(
  publisher: PublisherStatus | null,
  subscriber: SubscriberStatus | null,
  { lagWarning, lagCritical }: { readonly lagWarning: number; readonly lagCritical: number },
): string[] {
  const found: string[] = [];
  if (publisher?.slot === 'lost') found.push('the slot was given up: the subscriber can never resume, and everything must be copied anew');
  if (publisher?.slot === 'missing') found.push('the slot does not exist: nothing is kept for the subscriber');
  if (publisher?.slot === 'inactive') found.push('the slot is inactive: write-ahead log piles up on the publisher');
  if (subscriber && subscriber.worker !== 'running') found.push(`the subscription is ${subscriber.worker}`);
  if (subscriber && subscriber.errors > 0 && subscriber.worker !== 'running')
    found.push(`applying failed ${subscriber.errors} times: the log of the subscriber says why`);
  if (subscriber && subscriber.copying.length > 0) found.push(`still copying ${subscriber.copying.join(', ')}`);
  if (subscriber && subscriber.heartbeatAge === null) found.push('no heartbeat has ever arrived: the lag is not known');
  const age = subscriber?.heartbeatAge ?? 0;
  if (age > lagCritical)
    found.push(`the last heartbeat is ${age.toFixed(1)} s old, above ${lagCritical} s: a failover now would lose that much`);
  else if (age > lagWarning) found.push(`the last heartbeat is ${age.toFixed(1)} s old, above ${lagWarning} s`);
  return found;
}

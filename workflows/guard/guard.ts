import { type Cloud, otherCloud } from '../../environments/platform.ts';
import type { Seconds } from '../../environments/units.ts';
import type { Authority } from '../authority/client.ts';
import { closeWrites, type Lease, leaseOf, type Opening, openWrites, serverClock } from '../lease/lease.ts';
import { holdWrites, serveWrites, stopWrites, type WriterPool } from '../pgbouncer/writer-pool.ts';
import type { Access } from '../postgres/session.ts';
import { keptOpen } from './connection.ts';
import { ask, type Standing, UNKNOWN } from './standing.ts';
import { watchLease } from './watch.ts';

export interface GuardOptions {
  readonly cloud: Cloud;
  readonly lease: Seconds;
  /** Time between two confirmations; several fit into a lease. */
  readonly interval: Seconds;
  /** Time between two heartbeats, which the writer's guard stamps. */
  readonly heartbeat: Seconds;
  readonly whenAlone: 'fence' | 'keep';
  readonly authority: Pick<Authority, 'record' | 'confirm'>;
  /** Both databases, as the guard's role. */
  readonly databases: Readonly<Record<Cloud, Access>>;
  readonly pool: WriterPool;
  /** Called with every change, and every trouble that is new. */
  log(event: string, details: Readonly<Record<string, unknown>>): void;
}

/** What the pool does with clients that want to write. `unknown`: PgBouncer does not answer. */
export type Serving = 'held' | 'served' | 'unknown';

export interface GuardState {
  readonly cloud: Cloud;
  readonly writer: Cloud | null;
  readonly epoch: number;
  readonly vouchedBy: Standing['vouchedBy'];
  /** Seconds for which this cloud may go on writing; 0 where it does not write, or may not. */
  readonly remaining: Seconds;
  readonly serving: Serving;
  /** What this cloud's own database answered last, where it is the writer. */
  readonly opening: Opening | 'unreachable' | 'unwatched' | null;
  /** Whether a runbook holds the pool. */
  readonly paused: boolean;
  /** Since it started: confirmations by whom, and how often writes were stopped because nobody confirmed. */
  readonly counts: Readonly<Record<'authority' | 'peer' | 'alone' | 'unconfirmed' | 'fenced', number>>;
  /** Seconds since the last turn of its loop. */
  readonly idle: Seconds;
}

export interface Guard {
  state(): GuardState;
  /** Holds clients for at most so long, for a runbook; returns when no transaction is open any more. */
  pause(hold: Seconds, patience: Seconds): Promise<GuardState>;
  /** Ends a hold, asks who writes at once, and acts on it. */
  resume(): Promise<GuardState>;
  stop(): Promise<void>;
}

/** A lease is used up to this much before its end: clocks may differ in speed by it, and telling PgBouncer takes its time. */
function usable(lease: Seconds): Seconds {
  return lease * 0.95;
}

/**
 * Keeps one pool, and where its cloud writes the database, to what the authority says. It serves nothing until it has
 * heard the authority, and stops serving when its lease has ended. What keeps two databases from being written is
 * the lease in the database itself, which ends whether this process runs or not; the pool follows so that clients wait
 * instead of failing.
 */
export function startGuard(options: GuardOptions): Guard {
  const { cloud, lease, interval, pool, databases, log } = options;
  const limit = Math.max(0.2, Math.min(3, lease / 5));
  const limits = { connect: limit, lock: limit, statement: limit };
  const own = keptOpen(databases[cloud], 'guard', limits);
  const peer = keptOpen(databases[otherCloud(cloud)], 'guard', limits);
  const watch = watchLease(databases[cloud], limit);
  const now = (): number => performance.now();
  const counts = { authority: 0, peer: 0, alone: 0, unconfirmed: 0, fenced: 0 };

  let standing: Standing = UNKNOWN;
  let opening: GuardState['opening'] = null;
  let serving: Serving = 'unknown';
  let heldUntil = Number.NEGATIVE_INFINITY;
  let lastTurn = now();
  let stopped = false;
  let turnTimer: NodeJS.Timeout | undefined;
  let leaseTimer: NodeJS.Timeout | undefined;
  let beatTimer: NodeJS.Timeout | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  const troubles = new Set<string>();

  /** One thing at a time. */
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const done = queue.then(run);
    queue = done.catch(() => undefined);
    return done;
  };

  const trouble = (what: string, error: unknown): void => {
    // Whatever it is, the guard goes on: the database closes itself when nobody renews.
    if (!troubles.has(what)) log(what, { reason: (error as Error).message });
    troubles.add(what);
  };
  const well = (what: string): void => {
    if (troubles.delete(what)) log(`${what}: over`, {});
  };

  const onPool = async (run: () => Promise<void>, after: Serving): Promise<void> => {
    try {
      await run();
      if (serving !== after) log(after === 'served' ? 'writes are served' : 'writes are held', { writer: standing.record?.writer });
      serving = after;
      well('PgBouncer does not answer');
    } catch (error) {
      serving = 'unknown';
      trouble('PgBouncer does not answer', error);
    }
  };

  const endIdle = async (): Promise<void> => {
    const writer = standing.record?.writer;
    if (writer) await (writer === cloud ? own : peer).use((session) => session.query('SELECT tandem.end_idle_transactions()'));
  };
  const hold = (patience: Seconds): Promise<void> => onPool(() => holdWrites(pool, patience, endIdle), 'held');

  /** The lease has ended without a word from anybody: stop now, however it hurts. */
  const armLease = (): void => {
    clearTimeout(leaseTimer);
    if (standing.record?.writer !== cloud || !Number.isFinite(standing.until)) return;
    leaseTimer = setTimeout(
      () => {
        if (stopped) return;
        counts.fenced++;
        log('the lease has ended: writes are stopped', { epoch: standing.record?.epoch });
        standing = { ...standing, until: Number.NEGATIVE_INFINITY, vouchedBy: null };
        // Beside the turn that may be waiting for an answer.
        void onPool(() => stopWrites(pool), 'held');
      },
      Math.max(0, standing.until - (lease - usable(lease)) * 1000 - now()),
    );
  };

  /** Opens this cloud's own database for as long as the lease runs. */
  const openOwn = async (from: string | null, epoch: number): Promise<GuardState['opening']> => {
    if (from === null) return 'unreachable';
    if (!(await watch.ensure())) return 'unwatched';
    try {
      return await own.use((session) => openWrites(session, epoch, from, usable(lease)));
    } catch (error) {
      trouble('the database does not answer', error);
      return 'unreachable';
    }
  };

  /** A database that came back with its old rights, or whose time is over, loses them now. */
  const closeOwn = async (newer: number | null): Promise<void> => {
    try {
      if (await own.use((session) => closeWrites(session, newer))) log('the database is closed', { writer: standing.record?.writer });
    } catch (error) {
      trouble('the database does not answer', error);
    }
  };

  /** What the other side's database says of itself; null when it says nothing. */
  const leaseOfPeer = async (): Promise<Lease | null> => {
    try {
      return await peer.use(leaseOf);
    } catch (error) {
      trouble('the other database does not answer', error);
      return null;
    }
  };

  const turn = async (): Promise<void> => {
    lastTurn = now();
    const from = await own.use(serverClock).then(
      (clock) => {
        well('the database does not answer');
        return clock;
      },
      (error) => {
        trouble('the database does not answer', error);
        return null;
      },
    );
    const before = standing.record;
    const answer = await ask({ ...options, peer, now }, standing);
    if (answer === standing || (answer.vouchedBy === null && answer.record?.writer === cloud)) counts.unconfirmed++;
    else if (answer.vouchedBy) counts[answer.vouchedBy]++;
    standing = answer;
    const { record } = standing;
    if (record && record.epoch !== before?.epoch) log('the authority says who writes', { ...record });
    armLease();
    if (from !== null && standing.until <= now()) await closeOwn(record !== null && record.writer !== cloud ? record.epoch : null);
    if (record === null) return await hold(limit);
    const paused = heldUntil > now();
    if (record.writer === cloud) {
      const mayWrite = standing.until > now();
      opening = mayWrite ? await openOwn(from, record.epoch) : null;
      // Where the database itself does not answer, clients are told so by PgBouncer; holding them would hide it.
      if (!mayWrite || paused || (opening !== 'open' && opening !== 'unreachable')) return await hold(limit);
    } else {
      opening = null;
      const state = await leaseOfPeer();
      if (paused || (state && (state.epoch !== record.epoch || state.state !== 'open'))) return await hold(limit);
    }
    if (stopped) return;
    await onPool(() => serveWrites(pool, record.writer), 'served');
    // PgBouncer may have taken its time.
    if (record.writer === cloud && standing.until <= now()) await onPool(() => stopWrites(pool), 'held');
  };

  const loop = (): void => {
    if (stopped) return;
    void inTurn(turn)
      .catch((error: Error) => log('a turn failed', { reason: error.message }))
      .finally(() => {
        if (stopped) return;
        // A database that is about to be opened is looked at more often.
        const soon = opening === 'behind' || opening === 'late' || serving === 'unknown';
        turnTimer = setTimeout(loop, Math.min(soon ? 0.5 : interval, interval) * 1000);
      });
  };

  const state = (): GuardState => ({
    cloud,
    writer: standing.record?.writer ?? null,
    epoch: standing.record?.epoch ?? 0,
    vouchedBy: standing.vouchedBy,
    remaining: Math.max(0, Number.isFinite(standing.until) ? (standing.until - now()) / 1000 : 0),
    serving,
    opening,
    paused: heldUntil > now(),
    counts: { ...counts },
    idle: (now() - lastTurn) / 1000,
  });

  /** Only in an open database; in any other it does nothing. */
  const beat = (): void => {
    if (stopped) return;
    const done = opening === 'open' ? own.use((session) => session.query('SELECT tandem.stamp_heartbeat()')) : Promise.resolve();
    void done
      .catch(() => undefined)
      .finally(() => {
        if (!stopped) beatTimer = setTimeout(beat, options.heartbeat * 1000);
      });
  };
  beat();

  // Cold: whatever PgBouncer does at the moment, nobody has confirmed it.
  void inTurn(() => hold(limit));
  loop();
  return {
    state,
    pause: (seconds, patience) =>
      inTurn(async () => {
        heldUntil = now() + seconds * 1000;
        await hold(patience);
        return state();
      }),
    resume: () =>
      inTurn(async () => {
        heldUntil = Number.NEGATIVE_INFINITY;
        await turn();
        return state();
      }),
    stop: async () => {
      stopped = true;
      clearTimeout(turnTimer);
      clearTimeout(leaseTimer);
      clearTimeout(beatTimer);
      await queue;
      watch.close();
      await Promise.all([own.close(), peer.close()]);
    },
  };
}

import type { Seconds } from '../../environments/units.ts';
import { exclusively } from '../postgres/exclusively.ts';
import { type Access, openSession, type Session } from '../postgres/session.ts';
import { LEASE } from './sql.ts';

export type LeaseState = 'closed' | 'ready' | 'open' | 'expired';

/** A database's own word on whether it takes writes. */
export interface Lease {
  /** The epoch for which it was last made the writer; 0 when it never was. */
  readonly epoch: number;
  readonly state: LeaseState;
  /** Seconds until it closes itself, by its own clock; below 0 when that has passed. */
  readonly remaining: Seconds;
  /** Seconds for which it has promised the other side not to take over; 0 when it has not. */
  readonly promised: Seconds;
}

/** Null where Tandem has not set the database up. */
export async function leaseOf(session: Session): Promise<Lease | null> {
  const [installed] = await session.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [LEASE]);
  if (!installed?.found) return null;
  const [row] = await session.query<{ epoch: string; state: LeaseState; remaining: number; promised: number }>(
    `SELECT epoch::text, state, extract(epoch FROM until - clock_timestamp())::float8 AS remaining,
            extract(epoch FROM promised_until - clock_timestamp())::float8 AS promised FROM ${LEASE} WHERE id = 1`,
  );
  return row ? { epoch: Number(row.epoch), state: row.state, remaining: row.remaining, promised: Math.max(0, row.promised) } : null;
}

/** A moment of the server's own clock, to which a lease is added; opaque. */
export async function serverClock(session: Session): Promise<string> {
  const [row] = await session.query<{ now: string }>('SELECT clock_timestamp()::text AS now');
  if (!row) throw new Error('a SELECT without FROM gives one row');
  return row.now;
}

/** What became of an attempt to open: `behind` was not promoted for that epoch yet, `late` the lease has ended already. */
export type Opening = 'open' | 'behind' | 'stale' | 'closed' | 'late';

/**
 * Lets the application write until `lease` seconds after `from`, which `serverClock` gave before the authority was asked:
 * however long the answer took, the database closes before the authority would let another one open.
 */
export async function openWrites(session: Session, epoch: number, from: string, lease: Seconds): Promise<Opening> {
  const [row] = await session.query<{ done: Opening }>(
    'SELECT tandem.open_writes($1, $2::timestamptz + make_interval(secs => $3)) AS done',
    [epoch, from, lease],
  );
  return row?.done ?? 'behind';
}

/**
 * Closes a database that may not be written any more: because its lease has ended, or because another one is the writer of
 * a later epoch. Who wrote is ended. False when there was nothing to close.
 */
export async function closeWrites(session: Session, newer: number | null): Promise<boolean> {
  const [row] =
    newer === null
      ? await session.query<{ done: boolean }>('SELECT tandem.expire_lease() AS done')
      : await session.query<{ done: boolean }>('SELECT tandem.yield_writes($1) AS done', [newer]);
  if (row?.done) await session.query('SELECT tandem.end_writers()');
  return row?.done === true;
}

/** Asks the other side's database not to take over for so long; false when it is taking over, or has. */
export async function promise(session: Session, epoch: number, seconds: Seconds): Promise<boolean> {
  const [row] = await session.query<{ promise: boolean }>('SELECT tandem.promise($1, $2) AS promise', [epoch, seconds]);
  return row?.promise === true;
}

/**
 * Makes the first writer of an environment: the database that takes writes already. Nothing changes for one that has
 * been a writer before.
 */
export async function beginAsWriter(database: Access, epoch: number): Promise<boolean> {
  const session = await openSession(database, 'begin');
  try {
    return await exclusively(session, async () => {
      const done = await session.query(`UPDATE ${LEASE} SET epoch = $1, state = 'ready' WHERE id = 1 AND epoch = 0 RETURNING epoch`, [
        epoch,
      ]);
      return done.length > 0;
    });
  } finally {
    await session.close();
  }
}

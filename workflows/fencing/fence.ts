import { installLease } from '../lease/install.ts';
import { LEASE } from '../lease/sql.ts';
import { endSessions } from '../postgres/end-sessions.ts';
import { exclusively } from '../postgres/exclusively.ts';
import { type Access, identifier, inOneTransaction, LIMITS, type Limits, openSession, type Session } from '../postgres/session.ts';
import type { Direction } from '../replication/direction.ts';
import { StepError } from '../step-error.ts';
import { closingStatements } from './privileges.ts';

export interface Fence {
  /** Administrator of the database that must not be written any more. */
  readonly database: Access;
  readonly direction: Pick<Direction, 'schemas' | 'applicationRole'>;
  /**
   * `writes`: the application may go on reading; for a switchover. `everything`: it may not even log in; for a
   * side that returns and whose data nobody has proved yet.
   */
  readonly scope: 'writes' | 'everything';
  /** How long it may take; that of every step when left out. */
  readonly limits?: Limits;
}

export interface Fenced {
  /** The end of the write-ahead log when nobody could write any more: what the other side must have. */
  readonly lsn: string;
  /** Sessions of the application that were ended, open transactions with them. */
  readonly ended: number;
}

/**
 * Takes the application's writes away from a database, and proves it: privileges first, then the sessions that may
 * have written already, until there is none. Safe to run again.
 * @throws DatabaseError when the database cannot be reached, and StepError `not-fenced` when a session does not end: then the
 * lease must be waited for.
 */
export async function fence({ database, direction, scope, limits = LIMITS }: Fence): Promise<Fenced> {
  const session = await openSession(database, 'fence', limits);
  try {
    return await exclusively(session, async () => {
      await installLease(session, direction);
      // The same transaction that takes the privileges keeps the guard from giving them back.
      await inOneTransaction(session, [`UPDATE ${LEASE} SET state = 'closed' WHERE id = 1`, ...closingStatements(direction)]);
      if (scope === 'everything') await session.query(`ALTER ROLE ${identifier(direction.applicationRole)} NOLOGIN`);
      const ended = await endWriters(session, direction.applicationRole);
      const [row] = await session.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
      return { lsn: row?.lsn ?? '0/0', ended };
    });
  } finally {
    await session.close();
  }
}

/**
 * Lets the guard give the application its writes back, as soon as the authority has confirmed this side as the writer.
 * A database that another epoch has left behind stays closed all the same.
 */
export async function unfence({ database, direction }: Pick<Fence, 'database' | 'direction'>): Promise<void> {
  const session = await openSession(database, 'unfence');
  try {
    await exclusively(session, async () => {
      await installLease(session, direction);
      await inOneTransaction(session, [
        `ALTER ROLE ${identifier(direction.applicationRole)} LOGIN`,
        `UPDATE ${LEASE} SET state = 'ready' WHERE id = 1 AND state = 'closed'`,
      ]);
    });
  } finally {
    await session.close();
  }
}

/**
 * Privileges are looked at when a statement begins: a transaction that wrote before could still commit. Whoever
 * connected before they were taken away is ended; who comes afterwards finds them gone.
 */
async function endWriters(session: Session, applicationRole: string): Promise<number> {
  const [taken] = await session.query<{ at: string }>('SELECT clock_timestamp()::text AS at');
  const mayStillWrite = 'usename = $1 AND backend_start < $2::timestamptz';
  let ended = 0;
  for (;;) {
    const round = await endSessions(session, mayStillWrite, [applicationRole, taken?.at]);
    ended += round.ended.length;
    if (round.alive.length > 0)
      throw new StepError(
        'not-fenced',
        `${round.alive.length} sessions of ${applicationRole} did not end: processes ${round.alive.join(', ')}`,
        'They may still commit. Run this step again, or wait until the lease of the old writer has ended.',
      );
    if (round.ended.length === 0) return ended;
  }
}

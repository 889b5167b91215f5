import { StepError } from '../step-error.ts';
import type { Session } from './session.ts';

/** One number for all of Tandem's steps on a database; only one changes replication at a time. */
const LOCK = 7_236_452_018;

/**
 * Runs while no other operator or runbook does; the lock ends with the session, whatever happens to this process.
 * @throws StepError `busy`, saying who holds it.
 */
export async function exclusively<T>(session: Session, run: () => Promise<T>): Promise<T> {
  const [row] = await session.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [LOCK]);
  if (!row?.taken) {
    const [holder] = await session.query<{ pid: number; application_name: string; since: string }>(
      `SELECT a.pid, a.application_name, to_char(a.backend_start AT TIME ZONE 'UTC', 'HH24:MI:SS') AS since
       FROM pg_locks l JOIN pg_stat_activity a USING (pid)
       WHERE l.locktype = 'advisory' AND l.granted AND (l.classid::bigint << 32) + l.objid::bigint = $1`,
      [LOCK],
    );
    const who = holder ? `${holder.application_name}, process ${holder.pid}, since ${holder.since} UTC` : 'somebody';
    throw new StepError(
      'busy',
      `${who} is changing replication on this database`,
      'Wait for it; if its operator is gone, end its session with pg_terminate_backend.',
    );
  }
  try {
    return await run();
  } finally {
    await session.query('SELECT pg_advisory_unlock($1)', [LOCK]).catch(() => undefined);
  }
}

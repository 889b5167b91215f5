import type { Session } from './session.ts';

/** Processes that ended, and those that were told to and had not within 5 s. */
export interface Ended {
  readonly ended: readonly number[];
  readonly alive: readonly number[];
}

/**
 * Ends other sessions that a condition on `pg_stat_activity` chooses, and waits up to 5 s for each. The choice is made
 * first and the ending afterwards: in one WHERE clause the server may end a session before it looks at the rest
 * of the condition, its own included.
 */
export async function endSessions(session: Session, condition: string, values: readonly unknown[] = []): Promise<Ended> {
  const chosen = await session.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' AND (${condition})`,
    values,
  );
  if (chosen.length === 0) return { ended: [], alive: [] };
  const pids = chosen.map(({ pid }) => pid);
  await session.query('SELECT pg_terminate_backend(pid, 5000) FROM unnest($1::int[]) AS pid', [pids]);
  // Its answer is no word on this: it is false as well for a session that had gone by itself.
  const alive = (await session.query<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE pid = ANY ($1)', [pids])).map(
    ({ pid }) => pid,
  );
  return { ended: pids.filter((pid) => !alive.includes(pid)), alive };
}

import { inOneTransaction, type Session } from '../postgres/session.ts';
import type { Direction } from '../replication/direction.ts';
import { LEASE, leaseStatements } from './sql.ts';

/** Sets the lease up where it is missing; closed, and of no epoch. Whether it was missing. */
export async function installLease(session: Session, direction: Pick<Direction, 'schemas' | 'applicationRole'>): Promise<boolean> {
  const [row] = await session.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [LEASE]);
  if (row?.found) return false;
  await inOneTransaction(session, leaseStatements(direction));
  return true;
}

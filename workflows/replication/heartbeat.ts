import type { Session } from '../postgres/session.ts';
import { HEARTBEAT } from './direction.ts';

/** Stamps the heartbeat on the writer: the time, and how far its write-ahead log is. */
export async function stampHeartbeat(writer: Session): Promise<void> {
  await writer.query(STAMP_HEARTBEAT);
}

export const STAMP_HEARTBEAT = `INSERT INTO ${HEARTBEAT} (id, at, lsn) VALUES (1, clock_timestamp(), pg_current_wal_insert_lsn())
     ON CONFLICT (id) DO UPDATE SET at = excluded.at, lsn = excluded.lsn`;

/** The last heartbeat that a database has: on the subscriber, everything before it has been applied. */
export interface Heartbeat {
  /** Position in the writer's log, such as `0/16B3748`. */
  readonly lsn: string;
  /** When the writer stamped it, by the writer's clock, ISO 8601. */
  readonly at: string;
  /** Seconds since then, by this server's clock. */
  readonly age: number;
}

export async function lastHeartbeat(session: Session): Promise<Heartbeat | undefined> {
  const [row] = await session.query<Heartbeat>(
    `SELECT lsn::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at,
            extract(epoch FROM clock_timestamp() - at)::float8 AS age FROM ${HEARTBEAT}`,
  );
  return row;
}

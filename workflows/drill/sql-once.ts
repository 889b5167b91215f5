import pg from 'pg';
import type { Access } from '../postgres/session.ts';

/** Runs SQL on a connection of its own, as a client would who is no step; throws the driver's own error. */
export async function sqlOnce<Row extends object = Record<string, unknown>>(
  { certificateAuthority, ...access }: Access,
  statement: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const client = new pg.Client({ ...access, ssl: certificateAuthority === null ? false : { ca: certificateAuthority } });
  // A session that is ended says so twice: to its query, and to whoever listens.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const result: pg.QueryResult<Row> | pg.QueryResult<Row>[] = await client.query<Row>(statement, [...values]);
    // Several statements in one text have a result each.
    return Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

import pg from 'pg';
import type { Seconds } from '../../environments/units.ts';
import { type Access, connectionOf } from '../postgres/session.ts';

/** PgBouncer's admin console did not do what it was told. */
export class ConsoleError extends Error {
  constructor(
    /** `unreachable`, `timeout`, or what PgBouncer answered. */
    readonly code: 'unreachable' | 'timeout' | 'refused',
    message: string,
  ) {
    super(`PgBouncer's console: ${message}`);
    this.name = 'ConsoleError';
  }
}

/** One entry of `SHOW DATABASES`; null where PgBouncer knows no such database. */
export interface PooledDatabase {
  readonly host: string;
  readonly port: number;
  readonly paused: boolean;
}

/** A connection to the admin console. A command that takes longer than its limit ends the connection. */
export interface Console {
  /** @throws ConsoleError */
  run<Row extends object>(command: string, limit: Seconds): Promise<readonly Row[]>;
  close(): void;
}

/** @throws ConsoleError `unreachable` when PgBouncer does not listen, or does not know the role. */
export async function openConsole(access: Omit<Access, 'database'>, limit: Seconds): Promise<Console> {
  const client = new pg.Client({
    ...connectionOf({ ...access, database: 'pgbouncer' }),
    connectionTimeoutMillis: limit * 1000,
  });
  client.on('error', () => undefined);
  const stop = (): void => void client.end().catch(() => undefined);
  await client.connect().catch((error: Error) => {
    stop();
    throw new ConsoleError('unreachable', error instanceof pg.DatabaseError ? error.message : 'nothing answers');
  });
  return {
    run: async <Row extends object>(command: string, seconds: Seconds) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new ConsoleError('timeout', `${command}: nothing within ${seconds} s`)), seconds * 1000);
      });
      const done = client.query<Row>(command).catch((error: Error) => {
        throw error instanceof pg.DatabaseError
          ? new ConsoleError('refused', `${command}: ${error.message}`)
          : new ConsoleError('unreachable', `${command}: the connection broke`);
      });
      try {
        return (await Promise.race([done, late])).rows;
      } finally {
        clearTimeout(timer);
        done.catch(() => undefined);
      }
    },
    close: stop,
  };
}

/** What PgBouncer does with a database at the moment. */
export async function pooledDatabase(console: Console, name: string, limit: Seconds): Promise<PooledDatabase | null> {
  const rows = await console.run<{ name: string; host: string | null; port: number | string; paused: number | string }>(
    'SHOW DATABASES',
    limit,
  );
  const found = rows.find((row) => row.name === name);
  return found ? { host: found.host ?? '', port: Number(found.port), paused: Number(found.paused) === 1 } : null;
}

import pg from 'pg';
import type { Seconds } from '../../environments/units.ts';
import { type Access, connectionOf } from '../postgres/session.ts';

/** A loop inside the database that closes it when its lease has ended, whatever becomes of this process. */
export interface Watch {
  /** Makes sure that the loop runs; false when it cannot be started. */
  ensure(): Promise<boolean>;
  close(): void;
}

/** How long the loop runs on when this process has gone, once a younger one runs. */
const LIFETIME = '1 minute';

export function watchLease(access: Access, limit: Seconds): Watch {
  let running: pg.Client | undefined;
  const start = async (): Promise<boolean> => {
    const client = new pg.Client({
      ...connectionOf(access),
      application_name: 'tandem watch',
      connectionTimeoutMillis: limit * 1000,
      statement_timeout: 0,
      keepAlive: true,
    });
    client.on('error', () => undefined);
    const gone = (): void => {
      if (running === client) running = undefined;
      client.end().catch(() => undefined);
    };
    try {
      await client.connect();
    } catch {
      gone();
      return false;
    }
    running = client;
    client.query(`CALL tandem.watch_lease('${LIFETIME}')`).then(gone, gone);
    // A loop that ends at once has failed, and says so before this.
    await new Promise((resolve) => setTimeout(resolve, 50));
    return running === client;
  };
  return {
    ensure: async () => running !== undefined || (await start()),
    close: () => {
      const client = running;
      running = undefined;
      // Only the connection: the loop itself goes on until it has closed the database or a younger one is there.
      client?.end().catch(() => undefined);
    },
  };
}

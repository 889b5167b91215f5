import pg from 'pg';
import type { Cloud } from '../../environments/platform.ts';
import type { Seconds } from '../../environments/units.ts';
import type { Access } from '../postgres/session.ts';
import type { Attempt, Read } from './history.ts';
import { pause } from './parts.ts';
import { ACCOUNTS } from './schema.ts';

export interface WorkloadOptions {
  readonly clients: number;
  /** What keys begin with, where several workloads follow each other. */
  readonly prefix?: string;
  /** Which pool a client uses for its next connection. */
  route(client: number): { readonly cloud: Cloud; readonly access: Access };
  /** How long a client waits for an answer before it gives up and connects anew. */
  readonly patience: Seconds;
  /** Between two transfers of a client. */
  readonly think: Seconds;
  /** What numbers clients choose accounts by; repeatable. */
  readonly random: () => number;
}

export interface Workload {
  readonly attempts: readonly Attempt[];
  readonly reads: readonly Read[];
  /** Lets each client end what it is at, and ends. */
  stop(): Promise<void>;
}

/** Clients that move money between accounts, each transfer with a key of its own, and remember what they were told. */
export function startWorkload(options: WorkloadOptions): Workload {
  const attempts: Attempt[] = [];
  const reads: Read[] = [];
  let stopping = false;
  const clients = Array.from({ length: options.clients }, async (_, number) => {
    let session: { client: pg.Client; name: string } | undefined;
    for (let n = 0; !stopping; n++) {
      if (!session) {
        const { cloud, access } = options.route(number);
        session = await connected(access, `${number}@${cloud}`, options.patience);
        if (!session) {
          await pause(50);
          continue;
        }
      }
      const attempt = await transfer(session, `${options.prefix ?? ''}${number}-${n}`, options);
      attempts.push(attempt);
      if (attempt.outcome === 'acknowledged' && n % 10 === 0) {
        const sum = await balanceOf(session.client);
        if (sum !== null) reads.push({ sum, at: performance.now() });
      }
      if (attempt.outcome !== 'acknowledged') {
        close(session.client);
        session = undefined;
        await pause(20);
      } else if (options.think > 0) await pause(options.think * 1000);
    }
    if (session) close(session.client);
  });
  return {
    attempts,
    reads,
    stop: async () => {
      stopping = true;
      await Promise.all(clients);
    },
  };
}

async function connected(access: Access, name: string, patience: Seconds): Promise<{ client: pg.Client; name: string } | undefined> {
  const { certificateAuthority: _, ...rest } = access;
  const client = new pg.Client({ ...rest, connectionTimeoutMillis: patience * 1000, query_timeout: patience * 1000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return { client, name };
  } catch {
    close(client);
    return undefined;
  }
}

/** Drops a connection whatever state it is in. */
function close(client: pg.Client): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

async function transfer({ client, name }: { client: pg.Client; name: string }, key: string, { random }: WorkloadOptions): Promise<Attempt> {
  const source = 1 + Math.floor(random() * ACCOUNTS);
  const target = 1 + ((source + Math.floor(random() * (ACCOUNTS - 1))) % ACCOUNTS);
  const amount = 1 + Math.floor(random() * 9);
  const begun = performance.now();
  let sent = false;
  let told: { id: string; epoch: string } | undefined;
  const attempt = (outcome: Attempt['outcome'], error: string | null): Attempt => ({
    key,
    client: name,
    source,
    target,
    amount,
    begun,
    ended: performance.now(),
    outcome,
    epoch: told ? Number(told.epoch) : null,
    id: told?.id ?? null,
    error,
  });
  try {
    await client.query('BEGIN');
    // Always in the same order, so that two transfers never wait for each other.
    for (const [account, change] of (
      [
        [source, -amount],
        [target, amount],
      ] as const
    ).toSorted(([a], [b]) => a - b))
      await client.query('UPDATE account SET balance = balance + $2 WHERE id = $1', [account, change]);
    const { rows } = await client.query<{ id: string; epoch: string }>(
      `INSERT INTO transfer (key, source, target, amount, epoch)
       SELECT $1, $2, $3, $4, epoch FROM tandem.lease RETURNING id::text, epoch::text`,
      [key, source, target, amount],
    );
    told = rows[0];
    sent = true;
    await client.query('COMMIT');
    return attempt('acknowledged', null);
  } catch (error) {
    // After COMMIT was sent, only a word of the database itself says that it was not done.
    const certain = !sent || (error instanceof pg.DatabaseError && error.severity !== 'FATAL');
    return attempt(certain ? 'refused' : 'unknown', (error as Error).message);
  }
}

async function balanceOf(client: pg.Client): Promise<number | null> {
  try {
    const { rows } = await client.query<{ sum: string }>('SELECT sum(balance)::text AS sum FROM account');
    return Number(rows[0]?.sum);
  } catch {
    return null;
  }
}

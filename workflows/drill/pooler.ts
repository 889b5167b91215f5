import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cloud } from '../../environments/platform.ts';
import type { WriterPool } from '../pgbouncer/writer-pool.ts';
import type { Access } from '../postgres/session.ts';
import { freePort, pause, pgbouncerProgram, UNPRIVILEGED } from './parts.ts';
import { type Program, startProgram } from './processes.ts';
import { sqlOnce } from './sql-once.ts';

/** A real PgBouncer of a drill; which database it writes to stands in a file that its guard owns. */
export interface Pooler {
  readonly pool: WriterPool;
  readonly port: number;
  readonly program: Program;
  /** Ends it with its machine: nobody starts it again until `restart`. One that ends by itself is started again at once, as in a cluster. */
  lose(): Promise<void>;
  restart(): Promise<void>;
  remove(): Promise<void>;
}

export interface PoolerOptions {
  readonly database: string;
  /** Where each cloud's database is, seen from this pooler. */
  readonly writers: Readonly<Record<Cloud, { readonly port: number }>>;
  readonly application: { readonly user: string; readonly password: string };
  readonly consolePassword: string;
  readonly queryWait: number;
}

export async function startPooler({ database, writers, application, consolePassword, queryWait }: PoolerOptions): Promise<Pooler> {
  const command = pgbouncerProgram();
  const folder = mkdtempSync(join(tmpdir(), 'tandem-pgbouncer-'));
  const port = await freePort();
  const file = join(folder, 'databases.ini');
  const [config, users] = [join(folder, 'pgbouncer.ini'), join(folder, 'users.txt')];
  writeFileSync(file, '');
  writeFileSync(users, `"${application.user}" "${application.password}"\n"console" "${consolePassword}"\n`);
  // The settings that decide how a switch behaves are those that `tandem render` writes.
  writeFileSync(
    config,
    `[databases]
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
admin_users = console
pool_mode = transaction
max_client_conn = 500
default_pool_size = 25
server_login_retry = 1
server_connect_timeout = 2
server_idle_timeout = 60
server_check_delay = 10
query_wait_timeout = ${queryWait}
tcp_keepidle = 5
tcp_keepintvl = 2
tcp_keepcnt = 3
tcp_user_timeout = 5000
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
%include ${file}
`,
  );
  chmodSync(folder, 0o755);
  if (UNPRIVILEGED.uid !== undefined)
    for (const path of [folder, config, users, file]) chownSync(path, UNPRIVILEGED.uid, UNPRIVILEGED.gid ?? 0);
  const console: Omit<Access, 'database'> = {
    host: '127.0.0.1',
    port,
    user: 'console',
    password: consolePassword,
    certificateAuthority: null,
  };
  const start = async (): Promise<Program> => {
    const program = startProgram(command, [config], UNPRIVILEGED);
    for (let waited = 0; ; waited += 20) {
      if (await listens({ ...console, database: 'pgbouncer' })) return program;
      if (!program.running || waited > 10_000) throw new Error(`PgBouncer did not start: ${program.logs().slice(-500)}`);
      await pause(20);
    }
  };
  const entry = (cloud: Cloud): string => `host=127.0.0.1 port=${writers[cloud].port} dbname=${database}`;
  let wanted = true;
  let program = undefined as unknown as Program;
  const supervised = async (): Promise<void> => {
    const mine = await start();
    program = mine;
    void mine.ended.then(async () => {
      await pause(200);
      if (wanted && program === mine) await supervised().catch(() => undefined);
    });
  };
  await supervised();
  return {
    pool: { console, database, file, entries: { aws: entry('aws'), gcp: entry('gcp') } },
    port,
    get program() {
      return program;
    },
    lose: async () => {
      wanted = false;
      await program.kill();
    },
    restart: async () => {
      wanted = true;
      await supervised();
    },
    remove: async () => {
      wanted = false;
      await program.stop('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listens(access: Access): Promise<boolean> {
  return await sqlOnce(access, 'SHOW VERSION').then(
    () => true,
    () => false,
  );
}

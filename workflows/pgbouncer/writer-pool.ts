import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Cloud } from '../../environments/platform.ts';
import type { Seconds } from '../../environments/units.ts';
import type { Access } from '../postgres/session.ts';
import { type Console, ConsoleError, openConsole, pooledDatabase } from './console.ts';

export interface WriterPool {
  /** Administrator of the console. */
  readonly console: Omit<Access, 'database'>;
  /** The pooled database that is the writer, such as `crm`. */
  readonly database: string;
  /** The file that pgbouncer.ini includes: the one entry that is not in Git. */
  readonly file: string;
  /** What stands in it for a writer in each cloud, after `crm = `. */
  readonly entries: Readonly<Record<Cloud, string>>;
}

/** How long one command on the console may take. */
const LIMIT: Seconds = 2;
const CLOSED = '[databases]\n; nobody has been confirmed as the writer\n';

/**
 * Holds writes in a pool: what comes waits. Open transactions have so long to end; those that are still there then lose
 * their connection. On disk the pool is closed too, so that a PgBouncer that starts anew does not serve.
 * @throws ConsoleError `unreachable` when there is no PgBouncer: nothing goes through it.
 */
export async function holdWrites(pool: WriterPool, patience: Seconds, onBlocked?: () => Promise<void>): Promise<void> {
  await closing(pool, async (console) => {
    const found = await pooledDatabase(console, pool.database, LIMIT);
    if (!found) return;
    if (found.paused ? await becomes(console, pool, patience / 2) : await paused(pool, patience / 2)) return;
    // A client that thinks inside its transaction would hold up everybody.
    await onBlocked?.().catch(() => undefined);
    if (onBlocked && (await becomes(console, pool, patience / 2))) return;
    await ended(console, pool);
  });
}

/** Ends whatever goes through the pool at once, and holds what comes. */
export async function stopWrites(pool: WriterPool): Promise<void> {
  await closing(pool, async (console) => {
    if (await pooledDatabase(console, pool.database, LIMIT)) await ended(console, pool);
  });
}

/**
 * Lets writes through to a cloud's database. Where the pool went elsewhere before, what is left of that is ended: a
 * connection to a dead server would keep its client waiting for ever.
 */
export async function serveWrites(pool: WriterPool, writer: Cloud): Promise<void> {
  const entry = `[databases]\n${pool.database} = ${pool.entries[writer]}\n`;
  const changed = (existsSync(pool.file) ? readFileSync(pool.file, 'utf8') : '') !== entry;
  await withConsole(pool, async (console) => {
    const before = await pooledDatabase(console, pool.database, LIMIT);
    const address = addressOf(pool.entries[writer]);
    const elsewhere = before !== null && (before.host !== address.host || before.port !== address.port);
    if (!changed && before && !before.paused && !elsewhere) return;
    write(pool.file, entry);
    await console.run('RELOAD', LIMIT);
    if (elsewhere && !before.paused) await ended(console, pool);
    const after = await pooledDatabase(console, pool.database, LIMIT);
    if (after?.host !== address.host || after.port !== address.port)
      throw new ConsoleError(
        'refused',
        `${pool.database} does not go to ${address.host}:${address.port} after RELOAD: does its configuration include ${pool.file}?`,
      );
    if (after.paused) await console.run(`RESUME ${pool.database}`, LIMIT);
  });
}

/** Closes the pool on disk; and, should the disk refuse, the one that runs all the same. */
async function closing(pool: WriterPool, run: (console: Console) => Promise<void>): Promise<void> {
  try {
    write(pool.file, CLOSED);
  } finally {
    await withConsole(pool, run);
  }
}

async function withConsole<T>({ console: access }: WriterPool, run: (console: Console) => Promise<T>): Promise<T> {
  const console = await openConsole(access, LIMIT);
  try {
    return await run(console);
  } finally {
    console.close();
  }
}

/** PAUSE answers when the last transaction has ended; on a connection of its own, because it goes on when that ends. */
async function paused(pool: WriterPool, patience: Seconds): Promise<boolean> {
  return await withConsole(pool, async (console) => {
    try {
      await console.run(`PAUSE ${pool.database}`, Math.max(0.05, patience));
      return true;
    } catch (error) {
      if (error instanceof ConsoleError && error.code === 'timeout') return false;
      throw error;
    }
  });
}

/** Waits until no connection of the pool is in a transaction. */
async function becomes(console: Console, pool: WriterPool, patience: Seconds): Promise<boolean> {
  const end = performance.now() + patience * 1000;
  while (performance.now() < end) {
    const rows = await console.run<{ database: string; sv_active: number | string }>('SHOW POOLS', LIMIT);
    if (rows.filter((row) => row.database === pool.database).every((row) => Number(row.sv_active) === 0)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

/** KILL drops every connection of the database, and leaves it paused. */
async function ended(console: Console, pool: WriterPool): Promise<void> {
  await console.run(`KILL ${pool.database}`, LIMIT);
}

function addressOf(entry: string): { host: string; port: number } {
  return { host: /(?:^|\s)host=(\S+)/.exec(entry)?.[1] ?? '', port: Number(/(?:^|\s)port=(\d+)/.exec(entry)?.[1] ?? 5432) };
}

function write(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  const next = `${file}.next`;
  writeFileSync(next, text);
  renameSync(next, file);
}

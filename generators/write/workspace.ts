import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readManifest } from './manifest.ts';
import { native } from './native.ts';
import { WriteRefusal } from './refusal.ts';
import { recover } from './swap.ts';

/** The folder in which Tandem prepares what it writes; nothing in it belongs in Git. */
export interface Workspace {
  readonly out: string;
  /** `<out>/.tandem`. */
  readonly folder: string;
  /** A path on the same file system as the output, for what an environment becomes. */
  stagingFor(environment: string): string;
}

/** The workspace of an output folder that somebody has already opened. */
export function workspaceAt(out: string): Workspace {
  const folder = join(out, '.tandem');
  return { out, folder, stagingFor: (environment) => join(folder, `next-${environment}`) };
}

/**
 * Opens `<out>/.tandem`, taking a lock that the kernel drops when this process dies, and removes what a
 * killed run left behind.
 * @throws WriteRefusal when another run holds the lock, or `out` holds what is not Tandem's.
 */
export function openWorkspace(out: string, allowForeign: boolean): Workspace & { close(): void } {
  refuseForeignRoot(out, allowForeign);
  const workspace = workspaceAt(out);
  const { folder } = workspace;
  mkdirSync(folder, { recursive: true });
  writeIfMissing(join(folder, '.gitignore'), '*\n');
  const fd = openSync(join(folder, 'lock'), 'w');
  const errno = native()?.lock(fd) ?? 0;
  if (errno !== 0) {
    closeSync(fd);
    throw new WriteRefusal(`another tandem is writing into ${out}; nothing was written`, 'Wait until it has finished, then render again.');
  }
  clean(out, folder);
  return { ...workspace, close: () => closeSync(fd) };
}

function writeIfMissing(path: string, content: string): void {
  try {
    writeFileSync(path, content, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function clean(out: string, folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith('next-')) continue;
    if (name.endsWith('.previous')) recover(join(folder, name), join(out, name.slice('next-'.length, -'.previous'.length)));
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** A folder is ours when it is empty, a Git checkout, or already holds an environment that we rendered. */
function refuseForeignRoot(out: string, allowForeign: boolean): void {
  let entries: string[];
  try {
    entries = readdirSync(out);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const known = entries.some((name) => name === '.git' || name === '.tandem' || readManifestQuietly(join(out, name)));
  if (entries.length === 0 || known || allowForeign) return;
  throw new WriteRefusal(
    `${out} holds ${entries.length} entries that are not tandem's (${entries
      .slice(0, 3)
      .map((name) => basename(name))
      .join(', ')}${entries.length > 3 ? ', …' : ''}); nothing was written`,
    'Choose an empty folder or a Git checkout with --out, or add --allow-foreign.',
  );
}

function readManifestQuietly(folder: string): boolean {
  try {
    return readManifest(folder) !== undefined;
  } catch {
    return false;
  }
}

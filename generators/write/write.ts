import { existsSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readManifest } from './manifest.ts';
import { isNoop, type Plan, plan, type Wanted } from './plan.ts';
import { indexFolder, indexPath, saveIndex } from './reuse.ts';
import { foreignIn, scan } from './scan.ts';
import { stage } from './stage.ts';
import { swap } from './swap.ts';
import type { Workspace } from './workspace.ts';

/** What happened, or is about to happen, to one environment's folder. */
export interface WriteResult {
  readonly environment: string;
  /** Digest of everything that we own in the folder. */
  readonly digest: string;
  readonly created: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** How many files keep their bytes and their time. */
  readonly unchanged: number;
  /** Of the changed ones, those that somebody had edited by hand. */
  readonly edited: readonly string[];
}

/** A folder that is ready beside the one it replaces; plain data, so that one thread may prepare and another commit. */
export interface Prepared {
  readonly result: WriteResult;
  /** Null when the folder already is what is wanted. */
  readonly staged: string | null;
  readonly folder: string;
}

type Request = Omit<Wanted, 'folder'> & {
  /** What a later run may recognise this content by; undefined when it must not. */
  readonly reuseKey: string | undefined;
};

/**
 * Builds beside an environment's folder what it becomes; the folder itself is not touched.
 * @throws WriteRefusal when it must not be.
 */
export function prepare(workspace: Workspace, request: Request): Prepared {
  const { environment, reuseKey } = request;
  const folder = join(workspace.out, environment);
  const planned = plan({ ...request, folder });
  if (isNoop(planned)) {
    if (reuseKey !== undefined) saveIndex(indexPath(workspace, environment), reuseKey, indexFolder(folder, planned.files, new Set()));
    return { result: resultOf(planned), staged: null, folder };
  }
  const staged = workspace.stagingFor(environment);
  rmSync(staged, { recursive: true, force: true });
  stage(planned, staged);
  if (reuseKey !== undefined) saveIndex(`${staged}.json`, reuseKey, indexFolder(staged, planned.files, new Set(planned.contents.keys())));
  return { result: resultOf(planned), staged, folder };
}

/** Puts a prepared folder in place, in one step: a crash at any moment leaves the old folder or the new one. */
export function commit(workspace: Workspace, { result, staged, folder }: Prepared): void {
  if (staged === null) return;
  swap(staged, folder, existsSync(folder));
  rescue(staged, folder);
  const index = indexPath(workspace, result.environment);
  if (existsSync(`${staged}.json`)) renameSync(`${staged}.json`, index);
  else rmSync(index, { force: true });
  rmSync(staged, { recursive: true, force: true });
}

/** Brings over what somebody put into the old folder while the new one was being built: it is not ours to remove. */
function rescue(old: string, current: string): void {
  const found = scan(old);
  if (!found) return;
  for (const path of foreignIn(found, new Set(Object.keys(readManifest(old)?.files ?? {})))) {
    if (lstatSync(join(current, path), { throwIfNoEntry: false })) continue;
    mkdirSync(dirname(join(current, path)), { recursive: true });
    renameSync(join(old, path), join(current, path));
  }
}

function resultOf({ environment, digest, created, changed, removed, unchanged, edited }: Plan): WriteResult {
  // The manifest is how we keep count, not something that was rendered.
  return {
    environment,
    digest,
    created,
    changed,
    removed,
    edited,
    unchanged: unchanged.filter((path) => !path.startsWith('.tandem/')).length,
  };
}

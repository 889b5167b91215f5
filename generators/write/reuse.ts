import { lstatSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../tree.ts';
import { MANIFEST_PATH, type OwnershipManifest } from './manifest.ts';
import { foreignIn, scan } from './scan.ts';
import type { Workspace } from './workspace.ts';
import type { WriteResult } from './write.ts';

/**
 * What a folder looked like when we put it in place, so that a later run can tell without reading it that
 * nothing in it has changed: the kernel stamps ctime at every change, and no program can set it.
 */
export interface FolderIndex {
  /** Milliseconds since 1970, read before the stamps were. */
  readonly takenAt: number;
  /** Path → sha256 of what we rendered, and the stamp. */
  readonly files: Readonly<Record<string, readonly [sha256: string, ...Stamp]>>;
  /** Folder → stamp; an entry that comes or goes changes it. */
  readonly folders: Readonly<Record<string, Stamp>>;
}

/** Inode, size, and the time of the last change in milliseconds; of a folder, 0 and the time of its entries. */
type Stamp = readonly [inode: number, size: number, changed: number];

/** Of a file that could have been edited between our reading and now: only its bytes can tell. */
const UNSEEN: Stamp = [0, 0, 0];

interface SavedIndex extends FolderIndex {
  readonly version: 1;
  readonly key: string;
}

/** Clocks of file systems tick every 1 to 10 milliseconds; a stamp this close to the index could hide a later change. */
const TICK = 20;

/**
 * Records a folder. Stamps are taken only of `witnessed` files, which this process has just written where
 * nobody else looks; the others could have been edited between our reading and now.
 */
export function indexFolder(folder: string, owned: Readonly<Record<string, string>>, witnessed: ReadonlySet<string>): FolderIndex {
  const takenAt = Date.now();
  const manifest = sha256(readFileSync(join(folder, MANIFEST_PATH)));
  const files: Record<string, readonly [string, ...Stamp]> = {};
  const folders = new Set(['']);
  for (const [path, sum] of [...Object.entries(owned), [MANIFEST_PATH, manifest] as const]) {
    files[path] = [sum, ...((witnessed.has(path) && fileStamp(`${folder}/${path}`)) || UNSEEN)];
    for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) folders.add(parent);
  }
  return { takenAt, files, folders: Object.fromEntries([...folders].map((path) => [path, folderStamp(`${folder}/${path}`) ?? UNSEEN])) };
}

export function saveIndex(path: string, key: string, index: FolderIndex): void {
  const saved: SavedIndex = { version: 1, key, ...index };
  writeFileSync(`${path}.next`, JSON.stringify(saved));
  renameSync(`${path}.next`, path);
}

/**
 * The result of a write that need not happen, because the folder is what the same key gave before and
 * nothing has touched it since; undefined when that cannot be shown.
 */
export function reuse(workspace: Workspace, environment: string, key: string): WriteResult | undefined {
  const saved = load(workspace, environment);
  if (saved?.version !== 1 || saved.key !== key) return undefined;
  const folder = join(workspace.out, environment);
  const takenAt = Date.now();
  const files = verifyFiles(folder, saved);
  const folders = files && verifyFolders(folder, saved);
  const manifest = files && (JSON.parse(readFileSync(join(folder, MANIFEST_PATH), 'utf8')) as OwnershipManifest);
  if (!files || !folders || !manifest || !agree(saved, manifest)) return undefined;
  if (files !== saved.files || folders !== saved.folders) saveIndex(indexPath(workspace, environment), key, { takenAt, files, folders });
  return {
    environment,
    digest: manifest.digest,
    created: [],
    changed: [],
    removed: [],
    edited: [],
    unchanged: Object.keys(manifest.files).length,
  };
}

/** Whether the index speaks of exactly the files that the manifest lists. */
function agree(saved: SavedIndex, manifest: OwnershipManifest): boolean {
  let listed = 1;
  for (const path in manifest.files) {
    if (saved.files[path]?.[0] !== manifest.files[path]) return false;
    listed++;
  }
  return listed === Object.keys(saved.files).length;
}

/** The files with stamps as they are now, the very same object when all were trusted, undefined when one differs. */
function verifyFiles(folder: string, saved: SavedIndex): FolderIndex['files'] | undefined {
  let fresh: Record<string, readonly [string, ...Stamp]> | undefined;
  for (const path in saved.files) {
    const [sum, ...stamp] = saved.files[path] ?? ['', ...UNSEEN];
    const current = fileStamp(`${folder}/${path}`);
    if (current === undefined) return undefined;
    const seen = stamp[0] !== 0;
    const same = current[0] === stamp[0] && current[1] === stamp[1] && current[2] === stamp[2];
    if (seen && !same) return undefined;
    if (seen && stamp[2] + TICK < saved.takenAt) continue;
    if (sha256(readFileSync(`${folder}/${path}`)) !== sum) return undefined;
    fresh ??= { ...saved.files };
    fresh[path] = [sum, ...current];
  }
  return fresh ?? saved.files;
}

/** Likewise for the folders; where a stamp cannot be trusted, the folder is listed and must hold what is ours alone. */
function verifyFolders(folder: string, saved: SavedIndex): FolderIndex['folders'] | undefined {
  const current: Record<string, Stamp> = {};
  let trusted = true;
  for (const path in saved.folders) {
    const stamp = saved.folders[path] ?? UNSEEN;
    const now = folderStamp(`${folder}/${path}`);
    if (now === undefined || now[0] !== stamp[0] || now[2] !== stamp[2]) return undefined;
    trusted &&= now[2] + TICK < saved.takenAt;
    current[path] = now;
  }
  if (trusted) return saved.folders;
  const found = scan(folder);
  const known = new Set(Object.keys(saved.folders));
  if (!found || foreignIn(found, new Set(Object.keys(saved.files))).length > 0 || found.folders.some((path) => !known.has(path)))
    return undefined;
  return current;
}

function load(workspace: Workspace, environment: string): SavedIndex | undefined {
  try {
    return JSON.parse(readFileSync(indexPath(workspace, environment), 'utf8')) as SavedIndex;
  } catch {
    return undefined;
  }
}

/** Where the index of an environment is kept between runs. */
export function indexPath(workspace: Workspace, environment: string): string {
  return join(workspace.folder, `index-${environment}.json`);
}

function fileStamp(path: string): Stamp | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? [stat.ino, stat.size, stat.ctimeMs] : undefined;
}

function folderStamp(path: string): Stamp | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() ? [stat.ino, 0, stat.mtimeMs] : undefined;
}

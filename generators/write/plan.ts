import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud } from '../../environments/platform.ts';
import { digestOf, sha256, type Tree } from '../tree.ts';
import { MANIFEST_PATH, manifestText, type OwnershipManifest, readManifest } from './manifest.ts';
import { WriteRefusal } from './refusal.ts';
import { foreignIn, type Scan, scan } from './scan.ts';

/** What one environment's folder becomes. Paths are relative to it. */
export interface Plan {
  readonly environment: string;
  readonly folder: string;
  /** Path → content, for what is written anew. */
  readonly contents: ReadonlyMap<string, string>;
  readonly created: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: readonly string[];
  /** Of the changed ones, those that somebody had edited by hand. */
  readonly edited: readonly string[];
  /** What is not ours and stays where it is. */
  readonly foreign: readonly string[];
  /** Everything that we own afterwards, with its sha256. */
  readonly files: Readonly<Record<string, string>>;
  readonly digest: string;
  readonly exists: boolean;
  readonly found: Scan | undefined;
}

export interface Wanted {
  readonly environment: string;
  /** `<out>/<environment>`. */
  readonly folder: string;
  readonly tree: Tree;
  /** The clouds that the tree holds; files of the other stay as they are. */
  readonly clouds: readonly Cloud[];
  readonly source: string;
  readonly tool: string;
  /** Whether files that we do not own may stand in the folder. */
  readonly allowForeign: boolean;
}

/**
 * Compares a tree with what stands in its folder.
 * @throws WriteRefusal when the folder holds files that are not ours, or its manifest cannot be trusted.
 */
export function plan(wanted: Wanted): Plan {
  const { environment, folder, tree, clouds, source, tool } = wanted;
  const found = scan(folder);
  const before = found ? readManifest(folder) : undefined;
  const foreign = found ? foreignIn(found, new Set(Object.keys(before?.files ?? {}))) : [];
  const fresh = new Map([...tree.values()].map((file) => [file.path.slice(environment.length + 1), file]));
  refuseForeign(wanted, found, before, foreign, fresh);

  const kept = Object.entries(before?.files ?? {}).filter(([path]) => !clouds.some((cloud) => path.startsWith(`${cloud}/`)));
  const files = { ...Object.fromEntries(kept), ...Object.fromEntries([...fresh].map(([path, file]) => [path, file.sha256])) };
  const created: string[] = [];
  const changed: string[] = [];
  const unchanged: string[] = kept.map(([path]) => path).filter((path) => found?.files.has(path));
  const edited: string[] = [];
  const contents = new Map<string, string>();
  for (const [path, file] of fresh) {
    const current = found?.files.has(path) ? sha256(readFileSync(join(folder, path))) : undefined;
    if (current === file.sha256) {
      unchanged.push(path);
      continue;
    }
    contents.set(path, file.content);
    (current === undefined ? created : changed).push(path);
    if (current !== undefined && before?.files[path] !== undefined && before.files[path] !== current) edited.push(path);
  }
  const removed = Object.keys(before?.files ?? {}).filter((path) => files[path] === undefined && found?.files.has(path));
  const sources = { ...before?.source, ...Object.fromEntries(clouds.map((cloud) => [cloud, source])) };
  const digest = digestOf(Object.entries(files));
  const manifest = manifestText({ environment, tool, source: sources, digest, files });
  if (!found?.files.has(MANIFEST_PATH) || readFileSync(join(folder, MANIFEST_PATH), 'utf8') !== manifest)
    contents.set(MANIFEST_PATH, manifest);
  else unchanged.push(MANIFEST_PATH);
  return {
    environment,
    folder,
    contents,
    created,
    changed,
    removed,
    unchanged,
    edited,
    foreign,
    files,
    digest,
    exists: found !== undefined,
    found,
  };
}

function refuseForeign(
  { folder, allowForeign }: Wanted,
  found: Scan | undefined,
  before: OwnershipManifest | undefined,
  foreign: readonly string[],
  fresh: ReadonlyMap<string, { sha256: string }>,
): void {
  if (!found) return;
  for (const path of [...Object.keys(before?.files ?? {}), ...fresh.keys(), MANIFEST_PATH]) {
    const parts = path.split('/');
    const blocked = parts.map((_, index) => parts.slice(0, index + 1).join('/')).find((part) => found.others.has(part));
    if (blocked)
      throw new WriteRefusal(
        `${join(folder, blocked)} is a symbolic link or a special file; nothing was written`,
        'Remove it. Tandem writes through no link.',
      );
  }
  const taken = foreign.filter(
    (path) => fresh.has(path) && (!found.files.has(path) || sha256(readFileSync(join(folder, path))) !== fresh.get(path)?.sha256),
  );
  const shown = (paths: readonly string[]): string =>
    paths.slice(0, 3).join(', ') + (paths.length > 3 ? ` and ${paths.length - 3} more` : '');
  if (taken.length > 0)
    throw new WriteRefusal(
      `${folder} holds files that are not tandem's where tandem would write: ${shown(taken)}; nothing was written`,
      'Move them away, then render again.',
    );
  if (foreign.length > 0 && !allowForeign)
    throw new WriteRefusal(
      `${folder} holds ${foreign.length} files that are not tandem's: ${shown(foreign)}; nothing was written`,
      'Move them away, choose another folder with --out, or add --allow-foreign to leave them where they are.',
    );
}

/** Whether the folder already is what is wanted, to the byte. */
export function isNoop(plan: Plan): boolean {
  return plan.contents.size === 0 && plan.removed.length === 0;
}

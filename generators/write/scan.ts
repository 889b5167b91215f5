import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MANIFEST_PATH } from './manifest.ts';
import { WriteRefusal } from './refusal.ts';

/** What stands in an environment's folder, by path relative to it. */
export interface Scan {
  readonly files: ReadonlySet<string>;
  /** Everything that is neither a regular file nor a folder. */
  readonly others: ReadonlySet<string>;
  /** Folders, `''` for the environment's own. */
  readonly folders: readonly string[];
}

/** Lists a folder without following a symbolic link; undefined when it does not exist. */
export function scan(folder: string): Scan | undefined {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (!stat) return undefined;
  if (!stat.isDirectory())
    throw new WriteRefusal(
      `${folder} is ${stat.isSymbolicLink() ? 'a symbolic link' : 'not a folder'}; nothing was written`,
      'Remove it, or choose another folder with --out. Tandem writes through no link.',
    );
  const files = new Set<string>();
  const others = new Set<string>();
  const folders = [''];
  for (let next = 0; next < folders.length; next++) {
    const parent = folders[next] ?? '';
    for (const entry of readdirSync(join(folder, parent), { withFileTypes: true })) {
      const path = parent === '' ? entry.name : `${parent}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) files.add(path);
      else others.add(path);
    }
  }
  return { files, others, folders };
}

/** What in the folder is not listed by its manifest. */
export function foreignIn(found: Scan, owned: ReadonlySet<string>): string[] {
  return [...found.files, ...found.others].filter((path) => path !== MANIFEST_PATH && !owned.has(path)).sort();
}

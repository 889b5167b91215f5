import { lstatSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from './manifest.ts';
import { WriteRefusal } from './refusal.ts';
import { indexPath } from './reuse.ts';
import { foreignIn, scan } from './scan.ts';
import type { Workspace } from './workspace.ts';
import type { Prepared } from './write.ts';

/** Folders in the output that we rendered for environments that no longer exist. */
export function retiredEnvironments(out: string, environments: readonly string[]): string[] {
  return readdirSync(out)
    .filter((name) => name !== '.tandem' && name !== '.git' && !environments.includes(name))
    .filter((name) => lstatSync(join(out, name)).isDirectory() && readManifest(join(out, name))?.environment === name)
    .sort();
}

/**
 * What removing a retired environment's folder would do.
 * @throws WriteRefusal when something in it is not ours.
 */
export function prepareRetirement(out: string, environment: string): Prepared {
  const folder = join(out, environment);
  const found = scan(folder);
  const owned = Object.keys(readManifest(folder)?.files ?? {});
  const foreign = found ? foreignIn(found, new Set(owned)) : [];
  if (foreign.length > 0)
    throw new WriteRefusal(
      `${folder} belongs to an environment that no longer exists, but holds files that are not tandem's: ${foreign.slice(0, 3).join(', ')}; nothing was written`,
      'Move them away, then render again.',
    );
  return { folder, staged: null, result: { environment, digest: '', created: [], changed: [], removed: owned, edited: [], unchanged: 0 } };
}

/** Removes the folder, in one step. */
export function retire(workspace: Workspace, { folder, result }: Prepared): void {
  const aside = workspace.stagingFor(result.environment);
  rmSync(aside, { recursive: true, force: true });
  renameSync(folder, aside);
  rmSync(aside, { recursive: true, force: true });
  rmSync(indexPath(workspace, result.environment), { force: true });
}

import { copyFileSync, linkSync, lstatSync, mkdirSync, readlinkSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plan } from './plan.ts';

/**
 * Builds the new folder beside the old one: new files written, unchanged ones as hard links, so that they
 * keep their time and cost nothing; what is not ours likewise.
 */
export function stage(plan: Plan, target: string): void {
  const made = new Set<string>();
  const within = (path: string): string => {
    const full = join(target, path);
    const parent = dirname(full);
    if (!made.has(parent)) {
      mkdirSync(parent, { recursive: true });
      made.add(parent);
    }
    return full;
  };
  mkdirSync(target, { recursive: true });
  for (const path of plan.unchanged) adopt(join(plan.folder, path), within(path));
  for (const path of plan.foreign) if (!plan.unchanged.includes(path)) adopt(join(plan.folder, path), within(path));
  for (const [path, content] of plan.contents) writeFileSync(within(path), content);
  if (plan.foreign.length > 0) for (const folder of plan.found?.folders ?? []) mkdirSync(join(target, folder), { recursive: true });
}

function adopt(from: string, to: string): void {
  const stat = lstatSync(from);
  if (stat.isSymbolicLink()) {
    symlinkSync(readlinkSync(from), to);
    return;
  }
  try {
    linkSync(from, to);
  } catch {
    // No hard links here: a copy with the same time is the next best.
    copyFileSync(from, to);
    utimesSync(to, stat.atime, stat.mtime);
  }
}

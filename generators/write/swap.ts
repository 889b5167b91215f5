import { existsSync, renameSync, rmSync } from 'node:fs';
import { cannotExchange, errnoName, type Native, native } from './native.ts';
import { WriteRefusal } from './refusal.ts';

/**
 * Puts the staged folder in the place of the current one in a single step of the file system: whoever
 * looks, or kills the process, finds the old folder or the new one. Afterwards `staged` holds the old one.
 * Where the file system cannot exchange, two renames take its place, and `recover` mends a crash between them.
 */
export function swap(
  staged: string,
  current: string,
  exists: boolean,
  exchange: Native['exchange'] | null = native()?.exchange ?? null,
): void {
  if (!exists) {
    renameSync(staged, current);
    return;
  }
  const errno = exchange?.(staged, current);
  if (errno === 0) return;
  if (errno !== undefined && !cannotExchange(errno))
    throw new WriteRefusal(
      `cannot exchange ${staged} and ${current}: ${errnoName(errno)}; the old tree is still in place`,
      'Check the permissions and the disk, then render again.',
    );
  const previous = `${staged}.previous`;
  renameSync(current, previous);
  renameSync(staged, current);
  rmSync(previous, { recursive: true, force: true });
}

/** Brings back a folder that a crash left between the two renames of the fallback. */
export function recover(previous: string, current: string): void {
  if (existsSync(previous) && !existsSync(current)) renameSync(previous, current);
}

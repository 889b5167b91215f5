import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadEnvironment } from '../../environments/load.ts';
import { render } from '../../generators/render.ts';
import type { RenderedFile } from '../../generators/tree.ts';
import { ROOT } from '../project.ts';

export const ENVIRONMENTS = ['production', 'staging'] as const;

let rendered: { folder: string; files: readonly RenderedFile[] } | undefined;

/** Both environments as files in a temporary folder, rendered once. */
export function renderedTree(): { folder: string; files: readonly RenderedFile[] } {
  if (rendered) return rendered;
  const folder = mkdtempSync(join(tmpdir(), 'tandem-rendered-'));
  const files = ENVIRONMENTS.flatMap((name) => [...render(loadEnvironment(ROOT, name).platform).values()]);
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  rendered = { folder, files };
  return rendered;
}

/** Folders, relative to the tree, that hold a file of this name. */
export function foldersWith(name: string): string[] {
  return renderedTree()
    .files.filter((file) => file.path.endsWith(`/${name}`))
    .map((file) => dirname(file.path));
}

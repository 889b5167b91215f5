import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Environment, loadEnvironment } from '../environments/load.ts';
import { parsePath } from '../environments/path.ts';
import type { Platform } from '../environments/platform.ts';
import { type RawEnvironment, resolve } from '../environments/resolve.ts';
import { digestOf, sha256 } from '../generators/tree.ts';
import { scan } from '../generators/write/scan.ts';

/** The project itself, whose environments the tests use. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

let production: Environment | undefined;

export function productionEnvironment(): Environment {
  production ??= loadEnvironment(ROOT, 'production');
  return production;
}

/** The production platform with some values changed, by configuration path, as written in the files. */
export function platformWith(change: Readonly<Record<string, unknown>>): Platform {
  return resolve('production', rawWith(change));
}

export function rawWith(change: Readonly<Record<string, unknown>>): RawEnvironment {
  const raw = structuredClone(productionEnvironment().raw) as { shared: object; aws: object; gcp: object };
  for (const [path, value] of Object.entries(change)) set({ ...raw.shared, aws: raw.aws, gcp: raw.gcp }, raw.shared, path, value);
  return raw;
}

function set(root: object, shared: object, path: string, value: unknown): void {
  const steps = [...parsePath(path)];
  const last = steps.pop() as string | number;
  // A new key of the shared file's top level must reach the file itself, not the merged view.
  const start = steps.length === 0 ? shared : root;
  const target = steps.reduce<Record<string | number, unknown>>(
    (at, step) => at[step] as Record<string | number, unknown>,
    start as Record<string, unknown>,
  );
  target[last] = value;
}

/** A copy of the environments in a folder of its own, which the test may break. */
export function temporaryProject(): {
  root: string;
  path: (name: string) => string;
  edit: (file: string, change: (text: string) => string) => void;
  remove: () => void;
} {
  const root = mkdtempSync(join(tmpdir(), 'tandem-test-'));
  for (const sub of ['', 'aws/', 'gcp/'])
    for (const name of ['production', 'staging'])
      cpSync(join(ROOT, `environments/${sub}${name}.yaml`), join(root, `environments/${sub}${name}.yaml`));
  return {
    root,
    path: (name) => join(root, name),
    edit: (file, change) => {
      const path = join(root, file);
      const before = readFileSync(path, 'utf8');
      const after = change(before);
      if (after === before) throw new Error(`the edit of ${file} changed nothing`);
      writeFileSync(path, after);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Digest of all that stands in an environment's folder, the manifest included. */
export function digestOfFolder(folder: string): string {
  const found = scan(folder);
  return digestOf([...(found?.files ?? [])].map((path) => [path, sha256(readFileSync(join(folder, path)))] as const));
}

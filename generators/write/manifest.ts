import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLOUDS, type Cloud } from '../../environments/platform.ts';
import { WriteRefusal } from './refusal.ts';

/** Where an environment's folder says which of its files are ours. */
export const MANIFEST_PATH = '.tandem/manifest.json';

/** Every file that Tandem owns in one environment's folder, and what they were rendered from. */
export interface OwnershipManifest {
  readonly version: 1;
  readonly environment: string;
  /** Version of Tandem. */
  readonly tool: string;
  /** Digest of the environment files, for each cloud, for one can be rendered alone. */
  readonly source: Readonly<Partial<Record<Cloud, string>>>;
  /** Digest of the files below. */
  readonly digest: string;
  /** Path relative to the environment's folder → sha256. */
  readonly files: Readonly<Record<string, string>>;
}

export function manifestText({ environment, tool, source, digest, files }: Omit<OwnershipManifest, 'version'>): string {
  const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ version: 1, environment, tool, source: { aws: source.aws, gcp: source.gcp }, digest, files: sorted }, null, 2)}\n`;
}

/**
 * Reads a manifest back as untrusted input: somebody may have edited it to make us delete what is not ours.
 * @returns undefined when there is none.
 * @throws WriteRefusal when it names a path outside its folder, or is not a manifest.
 */
export function readManifest(folder: string): OwnershipManifest | undefined {
  const path = join(folder, MANIFEST_PATH);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  const manifest = parse(path, text);
  for (const [file, sum] of Object.entries(manifest.files)) {
    if (!isSafePath(file)) throw untrusted(path, `names ${JSON.stringify(file)}, which is not a plain path inside the folder`);
    if (typeof sum !== 'string' || !/^[0-9a-f]{64}$/.test(sum)) throw untrusted(path, `has no sha256 for ${file}`);
  }
  return manifest;
}

function parse(path: string, text: string): OwnershipManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw untrusted(path, 'is not JSON');
  }
  const manifest = value as Partial<OwnershipManifest> | null;
  if (manifest?.version !== 1) throw untrusted(path, 'is not a manifest of version 1');
  if (!manifest.files || typeof manifest.files !== 'object' || Array.isArray(manifest.files)) throw untrusted(path, 'lists no files');
  const source = manifest.source ?? {};
  if (typeof source !== 'object' || CLOUDS.some((cloud) => source[cloud] !== undefined && typeof source[cloud] !== 'string'))
    throw untrusted(path, 'has a malformed source');
  return { ...(manifest as OwnershipManifest), source };
}

/** Relative, normal, and of the characters that we write ourselves: no `..`, no backslash, no NUL. */
export function isSafePath(path: string): boolean {
  return (
    path.length <= 1024 &&
    path.split('/').every((part) => part.length <= 255 && /^[A-Za-z0-9._-]+$/.test(part) && part !== '.' && part !== '..')
  );
}

function untrusted(path: string, why: string): WriteRefusal {
  return new WriteRefusal(
    `the manifest ${path} ${why}; nothing was written`,
    'Restore it from version control, or render into an empty folder.',
  );
}

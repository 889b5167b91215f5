import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { clashes } from './clashes.ts';
import { ConfigurationError, type Diagnostic, type Position } from './diagnostic.ts';
import { parseYaml, type YamlSource } from './document.ts';
import { parsePath } from './path.ts';
import type { Platform } from './platform.ts';
import { type RawEnvironment, resolve } from './resolve.ts';
import type { FileKind } from './schema/schemas.ts';
import { readSource, type SourceFile } from './source.ts';
import { validate } from './validate.ts';

export interface Environment {
  readonly name: string;
  readonly platform: Platform;
  /** What the files say after validation, for those who need the written form. */
  readonly raw: RawEnvironment;
  /** sha256 over the three files, as hexadecimal. */
  readonly digest: string;
  /** Where a configuration path such as `aws.database.host` is written. */
  positionOf(path: string): Position;
}

const KINDS: readonly FileKind[] = ['shared', 'aws', 'gcp'];
const NAME = /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/;

/** The files of an environment, relative to the project root. */
export function filesOf(name: string): Record<FileKind, string> {
  return { shared: `environments/${name}.yaml`, aws: `environments/aws/${name}.yaml`, gcp: `environments/gcp/${name}.yaml` };
}

/** The names of all environments under `root`, in code-point order. */
export function listEnvironments(root: string): string[] {
  const folder = join(root, 'environments');
  const names = new Set<string>();
  for (const sub of ['', 'aws', 'gcp']) for (const file of yamlFilesIn(join(folder, sub))) names.add(file.slice(0, -'.yaml'.length));
  if (names.size > 0) return [...names].sort();
  throw new ConfigurationError([
    {
      code: 'file-missing',
      position: { file: 'environments', line: 1, column: 1 },
      path: '',
      message: `no environment (NAME.yaml) found in ${folder}`,
      hint: 'Run tandem in the project, or name the project with --root.',
    },
  ]);
}

function yamlFilesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && entry.name.endsWith('.yaml'))
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

/**
 * Reads, checks and resolves one environment.
 * @throws ConfigurationError with every problem of all three files.
 */
export function loadEnvironment(root: string, name: string): Environment {
  if (!NAME.test(name)) throw new ConfigurationError([badName(name)]);
  const read = readSources(root, name);
  const parsed = Object.fromEntries(KINDS.map((kind) => [kind, parse(read[kind], kind)])) as Record<
    FileKind,
    YamlSource | readonly Diagnostic[]
  >;
  const problems = Object.values(parsed).flatMap((result) => (isProblems(result) ? result : []));
  if (problems.length > 0) throw new ConfigurationError(problems);
  const sources = parsed as Record<FileKind, YamlSource>;
  const raw = { shared: sources.shared.value, aws: sources.aws.value, gcp: sources.gcp.value };
  const platform = resolve(name, raw);
  const positionOf = (path: string): Position => {
    const steps = parsePath(path);
    const kind = steps[0] === 'aws' || steps[0] === 'gcp' ? steps[0] : 'shared';
    return sources[kind].positionOf(kind === 'shared' ? steps : steps.slice(1));
  };
  const clashing = clashes(platform);
  if (clashing.length > 0)
    throw new ConfigurationError(clashing.map((clash) => ({ code: 'bad-value', position: positionOf(clash.path), ...clash })));
  return { name, raw, platform, digest: digestSources(name, read), positionOf };
}

/** sha256 over the bytes of the three files, without parsing them; undefined when one cannot be read. */
export function digestEnvironment(root: string, name: string): string | undefined {
  const read = readSources(root, name);
  return Object.values(read).some((source) => 'code' in source) ? undefined : digestSources(name, read);
}

type Sources = Record<FileKind, SourceFile | Diagnostic>;

function readSources(root: string, name: string): Sources {
  const files = filesOf(name);
  return { shared: readSource(root, files.shared), aws: readSource(root, files.aws), gcp: readSource(root, files.gcp) };
}

function digestSources(name: string, sources: Sources): string {
  const hash = createHash('sha256').update(`${name}\0`);
  for (const kind of KINDS) {
    const source = sources[kind];
    if ('bytes' in source) hash.update(`${kind}\0${source.bytes.length}\0`).update(source.bytes);
  }
  return hash.digest('hex');
}

function parse(source: SourceFile | Diagnostic, kind: FileKind): YamlSource | readonly Diagnostic[] {
  if ('code' in source) return [source];
  const yaml = parseYaml(source);
  if (isProblems(yaml)) return yaml;
  const problems = validate(yaml, kind);
  return problems.length > 0 ? problems : yaml;
}

function isProblems(result: YamlSource | readonly Diagnostic[]): result is readonly Diagnostic[] {
  return Array.isArray(result);
}

function badName(name: string): Diagnostic {
  return {
    code: 'bad-value',
    position: { file: `environments/${name}.yaml`, line: 1, column: 1 },
    path: '',
    message: `"${name}" cannot name an environment: it becomes part of resource names`,
    hint: 'Use at most 32 lower-case letters, digits and hyphens, beginning with a letter.',
  };
}

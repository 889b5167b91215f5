import { parseArgs } from 'node:util';
import type { Cloud } from '../environments/platform.ts';
import { parseDuration, type Seconds } from '../environments/units.ts';

/** The words of the command line are off: exit code 2, nothing was done. */
export class UsageError extends Error {}

export type Output = 'text' | 'json' | 'markdown' | 'html' | 'svg';

const FLAGS = {
  env: { type: 'string', multiple: true },
  cloud: { type: 'string', multiple: true },
  out: { type: 'string' },
  root: { type: 'string' },
  'as-of': { type: 'string' },
  output: { type: 'string' },
  config: { type: 'string' },
  scenario: { type: 'string', multiple: true },
  runs: { type: 'string' },
  clients: { type: 'string' },
  lease: { type: 'string' },
  input: { type: 'string', multiple: true },
  credentials: { type: 'string' },
  'allow-foreign': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export type FlagName = keyof typeof FLAGS;

export interface Options {
  readonly words: readonly string[];
  readonly environments: readonly string[] | undefined;
  readonly clouds: readonly Cloud[] | undefined;
  readonly out: string;
  readonly root: string;
  readonly asOf: string | undefined;
  readonly output: Output;
  readonly config: string | undefined;
  readonly scenarios: readonly string[] | undefined;
  readonly runs: number;
  readonly clients: number;
  /** Seconds; that of the environment when left out. */
  readonly lease: Seconds | undefined;
  /** `name=value`, in the order given. */
  readonly inputs: ReadonlyMap<string, string>;
  /** A folder with one file a secret. */
  readonly credentials: string | undefined;
  readonly allowForeign: boolean;
  readonly help: boolean;
}

/**
 * Reads the words after the command's name; only the flags that the command knows are accepted.
 * @throws UsageError
 */
export function parseOptions(args: readonly string[], known: readonly FlagName[], outputs: readonly Output[] = ['text', 'json']): Options {
  const flags = Object.fromEntries([...known, 'help' as const].map((name) => [name, FLAGS[name]]));
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: flags, allowPositionals: true, strict: true });
    const given = values as { [name in FlagName]?: string | string[] | boolean };
    return {
      words: positionals,
      environments: unique(given.env as string[] | undefined),
      clouds: unique(given.cloud as string[] | undefined)?.map(cloud),
      out: text(given.out) ?? 'gitops',
      root: text(given.root) ?? '.',
      asOf: date(text(given['as-of'])),
      output: output(text(given.output), outputs),
      config: text(given.config),
      scenarios: given.scenario as string[] | undefined,
      runs: whole('--runs', text(given.runs), 1, 1000, 1),
      clients: whole('--clients', text(given.clients), 1, 200, 8),
      lease: lease(text(given.lease)),
      inputs: pairs(given.input as string[] | undefined),
      credentials: text(given.credentials),
      allowForeign: given['allow-foreign'] === true,
      help: given.help === true,
    };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError((error as Error).message.split('. ')[0] ?? 'the command line cannot be read');
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function unique(values: string[] | undefined): string[] | undefined {
  return values && [...new Set(values)].sort();
}

function cloud(value: string): Cloud {
  if (value === 'aws' || value === 'gcp') return value;
  throw new UsageError(`--cloud ${value}: expected aws or gcp`);
}

function output(given: string | undefined, outputs: readonly Output[]): Output {
  const value = given ?? outputs[0];
  const known = outputs.find((one) => one === value);
  if (known) return known;
  throw new UsageError(`--output ${value}: expected ${outputs.slice(0, -1).join(', ')} or ${outputs.at(-1)}`);
}

function date(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const parsed = /^\d{4}-\d{2}-\d{2}$/.test(value) ? new Date(value) : new Date(Number.NaN);
  if (!Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value)) return value;
  throw new UsageError(`--as-of ${value}: expected a date such as 2026-12-31`);
}

function whole(flag: string, value: string | undefined, least: number, most: number, otherwise: number): number {
  if (value === undefined) return otherwise;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  throw new UsageError(`${flag} ${value}: expected a whole number from ${least} to ${most}`);
}

function lease(value: string | undefined): Seconds | undefined {
  if (value === undefined) return undefined;
  const seconds = parseDuration(value);
  if (seconds !== undefined && seconds >= 1 && seconds <= 600) return seconds;
  throw new UsageError(`--lease ${value}: expected a duration from 1s to 10m`);
}

function pairs(values: readonly string[] = []): ReadonlyMap<string, string> {
  return new Map(
    values.map((value) => {
      const at = value.indexOf('=');
      if (at < 1) throw new UsageError(`--input ${value}: expected name=value`);
      return [value.slice(0, at), value.slice(at + 1)];
    }),
  );
}

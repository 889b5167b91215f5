import { listEnvironments } from '../environments/load.ts';
import { CLOUDS } from '../environments/platform.ts';
import { renderFleet } from '../generators/fleet/fleet.ts';
import { digestOf } from '../generators/tree.ts';
import type { WriteResult } from '../generators/write/write.ts';
import type { Options } from './options.ts';
import { styled, type Terminal } from './terminal.ts';

/** Paths are listed up to this many for each environment; the counts are always complete. */
const LISTED = 20;

/** Renders environments into a folder: 0 when the folder is as wanted. */
export async function render(options: Options, terminal: Terminal, workerScript: string | undefined): Promise<number> {
  const environments = options.environments ?? listEnvironments(options.root);
  const results = await renderFleet({
    root: options.root,
    out: options.out,
    environments,
    clouds: options.clouds ?? CLOUDS,
    allowForeign: options.allowForeign,
    retireOthers: options.environments === undefined && options.clouds === undefined,
    workerScript,
    ...(terminal.interactive && environments.length > 1 ? { onProgress: progress(terminal) } : {}),
  });
  const digest = digestOf(results.map((result) => [result.environment, result.digest] as const));
  if (options.output === 'json') terminal.out(`${JSON.stringify({ out: options.out, digest, environments: results }, null, 2)}\n`);
  else printResults(terminal, options.out, results, digest);
  return 0;
}

function progress(terminal: Terminal): (done: number, total: number) => void {
  return (done, total) => terminal.err(done === total ? '\r\u001b[K' : `\rrendering ${done}/${total}`);
}

function printResults(terminal: Terminal, out: string, results: readonly WriteResult[], digest: string): void {
  for (const result of results) {
    const paths = [
      ...result.created.map((path) => styled(terminal, 'green', `+ ${path}`)),
      ...result.changed.map((path) =>
        styled(terminal, 'yellow', `~ ${path}${result.edited.includes(path) ? ' (had been edited by hand)' : ''}`),
      ),
      ...result.removed.map((path) => styled(terminal, 'red', `- ${path}`)),
    ];
    terminal.out(`${styled(terminal, 'bold', result.environment)}: ${counts([result])}\n`);
    for (const path of paths.slice(0, LISTED)) terminal.out(`  ${path}\n`);
    if (paths.length > LISTED) terminal.out(`  … and ${paths.length - LISTED} more\n`);
  }
  terminal.out(`${out}: ${counts(results)}; digest sha256:${digest}\n`);
}

function counts(results: readonly WriteResult[]): string {
  const sum = (of: (result: WriteResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  return [
    `${sum((result) => result.created.length)} created`,
    `${sum((result) => result.changed.length)} changed`,
    `${sum((result) => result.removed.length)} removed`,
    `${sum((result) => result.unchanged)} unchanged`,
  ].join(', ');
}

import { listEnvironments, loadEnvironment } from '../environments/load.ts';
import { page } from '../generators/graph/page.ts';
import { topology } from '../generators/graph/topology.ts';
import { type Options, UsageError } from './options.ts';
import type { Terminal } from './terminal.ts';

/** Prints a picture of environments: a page of all of them, or one as SVG. */
export function graph(options: Options, terminal: Terminal): number {
  const names = options.environments ?? listEnvironments(options.root);
  if (options.output === 'svg' && names.length !== 1)
    throw new UsageError(`--output svg draws one environment; name it with --env, one of ${names.join(', ')}`);
  const platforms = names.map((name) => loadEnvironment(options.root, name).platform);
  terminal.out(options.output === 'svg' ? platforms.map(topology).join('') : page(platforms));
  return 0;
}

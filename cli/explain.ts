import { type Explanation, explain as explainFile, NotRendered } from '../generators/explain/explain.ts';
import { place } from './diagnostics.ts';
import { type Options, UsageError } from './options.ts';
import { styled, type Terminal } from './terminal.ts';

/** Says which component and which configuration keys a rendered file, or one line of it, comes from. */
export function explain(options: Options, terminal: Terminal): number {
  const [target, ...rest] = options.words;
  if (!target || rest.length > 0)
    throw new UsageError('explain takes one file, with a line if you like: production/aws/pgbouncer/config/pgbouncer.ini:12');
  const match = /^(.*?)(?::(\d+))?$/.exec(target);
  try {
    const explanation = explainFile(options.root, match?.[1] ?? target, match?.[2] ? Number(match[2]) : null);
    if (options.output === 'json') terminal.out(`${JSON.stringify(explanation, null, 2)}\n`);
    else print(terminal, explanation);
    return 0;
  } catch (error) {
    if (error instanceof NotRendered)
      throw new UsageError(`${error.message}; name a file of the rendered tree, such as production/aws/pgbouncer/kustomization.yaml`);
    throw error;
  }
}

function print(terminal: Terminal, { file, line, text, component, application, project, wave, packaging, keys }: Explanation): void {
  terminal.out(`${styled(terminal, 'bold', file)}${line === null ? '' : `:${line}`}\n`);
  if (text !== null) terminal.out(`  ${styled(terminal, 'dim', text)}\n`);
  terminal.out(`  component    ${component} (${packaging})\n`);
  terminal.out(`  deployed by  Application ${application}, project ${project}, wave ${wave}\n`);
  const what = line === null ? 'the file' : 'the line';
  if (keys.length === 0) terminal.out(`  no configuration key changes ${what}\n`);
  for (const { path, value, position } of keys)
    terminal.out(`  ${path} = ${JSON.stringify(value)}  ${styled(terminal, 'dim', place(position))}\n`);
  terminal.out(`${keys.length} configuration keys change ${what}\n`);
}

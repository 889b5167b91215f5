import { ConfigurationError, type Diagnostic, type Severity } from '../environments/diagnostic.ts';
import { listEnvironments, loadEnvironment } from '../environments/load.ts';
import { renderedTree } from '../generators/tree-objects.ts';
import { blocks, type Finding, judge, LAWS } from '../policies/judge.ts';
import { place, printDiagnostics } from './diagnostics.ts';
import type { Options } from './options.ts';
import { styled, type Terminal } from './terminal.ts';

/** Judges environments by the laws: 0 when none is broken, 1 when one is, 2 when a file cannot be read. */
export function check(options: Options, terminal: Terminal, today: string): number {
  const names = options.environments ?? listEnvironments(options.root);
  const asOf = options.asOf ?? today;
  const diagnostics: Diagnostic[] = [];
  const findings: Finding[] = [];
  for (const name of names) {
    try {
      const environment = loadEnvironment(options.root, name);
      findings.push(...judge(environment, renderedTree(environment.platform), asOf));
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      diagnostics.push(...error.diagnostics);
    }
  }
  const counts = count(findings);
  const exit = diagnostics.length > 0 ? 2 : findings.some(blocks) ? 1 : 0;
  if (options.output === 'json') {
    terminal.out(`${JSON.stringify({ asOf, environments: names, rules: LAWS, ok: exit === 0, counts, diagnostics, findings }, null, 2)}\n`);
    return exit;
  }
  printFindings(terminal, findings);
  printDiagnostics(terminal, diagnostics);
  terminal.out(summary(terminal, names, asOf, counts, diagnostics.length, exit));
  return exit;
}

interface Counts {
  readonly error: number;
  readonly warning: number;
  readonly info: number;
  readonly waived: number;
}

function count(findings: readonly Finding[]): Counts {
  const of = (severity: Severity): number => findings.filter((found) => found.severity === severity && found.waiver === null).length;
  return { error: of('error'), warning: of('warning'), info: of('info'), waived: findings.filter((found) => found.waiver !== null).length };
}

const STYLE = { error: 'red', warning: 'yellow', info: 'blue' } as const;

function printFindings(terminal: Terminal, findings: readonly Finding[]): void {
  let file = '';
  for (const found of findings) {
    const [first, ...others] = found.places;
    if (!first) continue;
    if (first.position.file !== file) {
      file = first.position.file;
      terminal.out(`${styled(terminal, 'bold', file)}\n`);
    }
    const severity = found.waiver
      ? styled(terminal, 'dim', `${found.severity} (waived)`)
      : styled(terminal, STYLE[found.severity], found.severity);
    terminal.out(`  ${first.position.line}:${first.position.column}  ${severity}  ${found.code} ${found.rule}\n`);
    terminal.out(`    ${first.path}: ${found.message}\n`);
    for (const other of others) terminal.out(`    and ${other.path} at ${place(other.position)}\n`);
    terminal.out(found.waiver ? `    waived until ${found.waiver.expires}: ${found.waiver.reason}\n` : `    ${found.hint}\n`);
  }
}

function summary(terminal: Terminal, names: readonly string[], asOf: string, counts: Counts, unreadable: number, exit: number): string {
  const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
  const parts = [plural(counts.error, 'error'), plural(counts.warning, 'warning'), plural(counts.info, 'note'), `${counts.waived} waived`];
  const verdict = exit === 0 ? styled(terminal, 'green', 'ok') : styled(terminal, 'red', exit === 1 ? 'not ok' : 'unreadable');
  const files = unreadable > 0 ? `; ${plural(unreadable, 'problem')} in the files` : '';
  return `${verdict}: ${names.join(', ')} by ${LAWS} laws as of ${asOf}: ${parts.join(', ')}${files}\n`;
}

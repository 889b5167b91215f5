import type { Diagnostic, Position } from '../environments/diagnostic.ts';
import { styled, type Terminal } from './terminal.ts';

export function place({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}

/** What is wrong with environment files, in words: file:line:column, path, what was found, what to do. */
export function printDiagnostics(terminal: Terminal, diagnostics: readonly Diagnostic[]): void {
  const sorted = [...diagnostics].sort((a, b) =>
    a.position.file < b.position.file ? -1 : a.position.file > b.position.file ? 1 : a.position.line - b.position.line,
  );
  for (const { code, position, path, message, hint } of sorted) {
    const what = path === '' ? message : `${path}: ${message}`;
    terminal.err(`${styled(terminal, 'bold', place(position))}: ${styled(terminal, 'red', 'error')} ${code}: ${what}\n  ${hint}\n`);
  }
}

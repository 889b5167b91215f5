export type Severity = 'error' | 'warning' | 'info';

/** A place in a file; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What the loader can find wrong with an environment file. */
export type DiagnosticCode =
  | 'file-missing'
  | 'file-unreadable'
  | 'file-too-large'
  | 'not-utf8'
  | 'not-yaml'
  | 'alias-bomb'
  | 'too-deep'
  | 'not-a-mapping'
  | 'unknown-key'
  | 'missing-key'
  | 'wrong-type'
  | 'bad-value';

/** One thing that is wrong, as data; `cli/` alone turns it into prose. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly position: Position;
  /** The configuration path, for example `aws.database.instanceClass`; empty for a whole file. */
  readonly path: string;
  /** What was found and what is allowed. */
  readonly message: string;
  /** What to do next. */
  readonly hint: string;
}

/** Thrown by the loader: every problem of every file at once, never only the first. */
export class ConfigurationError extends Error {
  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super(`${diagnostics.length} problems in the environment files`);
    this.name = 'ConfigurationError';
  }
}

import { lstatSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic, DiagnosticCode } from './diagnostic.ts';

/** An environment file is written by hand; one larger than this is a mistake. */
export const MAX_FILE_BYTES = 1024 * 1024;

export interface SourceFile {
  /** Path relative to the project root, with forward slashes. */
  readonly file: string;
  readonly text: string;
  readonly bytes: Buffer;
}

/** Reads one environment file: at most 1 MiB of UTF-8, or one diagnostic that says why not. */
export function readSource(root: string, file: string): SourceFile | Diagnostic {
  const path = join(root, file);
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return problem(file, 'file-unreadable', 'is not a regular file', 'Replace it with a YAML file.');
    if (stat.size > MAX_FILE_BYTES)
      return problem(
        file,
        'file-too-large',
        `is ${Math.ceil(stat.size / 1024 / 1024)} MiB; an environment file is at most 1 MiB`,
        'Check what was written into it; the configuration of one environment is a few kilobytes.',
      );
    const bytes = readFileSync(path);
    return decode(file, bytes);
  } catch (error) {
    return explain(path, file, error as NodeJS.ErrnoException);
  }
}

function decode(file: string, bytes: Buffer): SourceFile | Diagnostic {
  const text = bytes.toString('utf8');
  if (!text.includes('\uFFFD') || Buffer.from(text, 'utf8').equals(bytes))
    return { file, text: text.startsWith('\uFEFF') ? text.slice(1) : text, bytes };
  const before = text.slice(0, text.indexOf('\uFFFD'));
  const line = before.split('\n').length;
  const column = before.length - before.lastIndexOf('\n');
  return {
    ...problem(file, 'not-utf8', 'holds bytes that are not UTF-8', 'Save the file as UTF-8.'),
    position: { file, line, column },
  };
}

function explain(path: string, file: string, error: NodeJS.ErrnoException): Diagnostic {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
    const dangling = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
    return problem(
      file,
      'file-missing',
      dangling ? 'is a symbolic link to nothing' : 'does not exist',
      'Every environment has three files: environments/NAME.yaml, environments/aws/NAME.yaml and environments/gcp/NAME.yaml. Create it, or name another environment with --env.',
    );
  }
  return problem(file, 'file-unreadable', `cannot be read (${error.code ?? error.message})`, 'Check its permissions.');
}

function problem(file: string, code: DiagnosticCode, message: string, hint: string): Diagnostic {
  return { code, position: { file, line: 1, column: 1 }, path: '', message, hint };
}

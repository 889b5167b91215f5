import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLParseError,
} from 'yaml';
import type { Diagnostic, DiagnosticCode, Position } from './diagnostic.ts';
import type { SourceFile } from './source.ts';

export type Path = readonly (string | number)[];

/** A parsed YAML file that remembers where each value stands. */
export interface YamlSource {
  readonly file: string;
  readonly value: Record<string, unknown>;
  /** Where the value at `path` begins, or its nearest ancestor that the file has. */
  positionOf(path: Path, part?: 'key' | 'value'): Position;
}

const HINTS: Record<string, string> = {
  TAB_AS_INDENT: 'Indent with spaces; YAML does not allow tabs.',
  DUPLICATE_KEY: 'Keep one of the two; the other would silently win.',
  MULTIPLE_DOCS: 'One file holds one document: remove the `---` and what follows it.',
  BAD_ALIAS: 'Define the anchor (&name) before the alias (*name), or write the value out.',
  UNEXPECTED_TOKEN: 'Check the indentation and the quotes around this line.',
  MISSING_CHAR: 'Close the quote or bracket that was opened here.',
  TAG_RESOLVE_FAILED: 'Remove the tag (`!...`); values here are plain strings, numbers, booleans, lists and mappings.',
  UNRESOLVED_ALIAS: 'Define the anchor (&name) before the alias (*name), or write the value out.',
};

/** Parses YAML 1.2 strictly: all syntax errors of the file, each with its place. */
export function parseYaml(source: SourceFile): YamlSource | readonly Diagnostic[] {
  const { file, text } = source;
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problem = (offset: number, code: DiagnosticCode, message: string, hint: string): Diagnostic => ({
    code,
    position: at(offset),
    path: '',
    message,
    hint,
  });
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true, uniqueKeys: true, version: '1.2' });
    if (document.errors.some((error) => error.message.includes('call stack'))) throw new RangeError('nested too deeply');
    const errors = [...document.errors, ...document.warnings].map((error) => syntaxProblem(error as YAMLParseError, problem));
    if (errors.length > 0) return errors;
    const misuse = aliasesAndKeys(document, problem);
    if (misuse.length > 0) return misuse;
    if (!isMap(document.contents))
      return [problem(0, 'not-a-mapping', 'the file holds no mapping of keys to values', 'Start from environments/production.yaml.')];
    return { file, value: document.toJS({ maxAliasCount: 50 }) as Record<string, unknown>, positionOf: locator(document, at) };
  } catch (error) {
    if (error instanceof RangeError)
      return [problem(0, 'too-deep', 'is nested too deeply to read', 'No environment file needs more than six levels.')];
    if (error instanceof ReferenceError)
      return [
        problem(0, 'alias-bomb', 'its aliases (*name) expand to more than 50 copies', 'Write the values out instead of aliasing aliases.'),
      ];
    throw error;
  }
}

type Problem = (offset: number, code: DiagnosticCode, message: string, hint: string) => Diagnostic;

function syntaxProblem(error: YAMLParseError, problem: Problem): Diagnostic {
  const text = error.message.split('\n')[0] ?? error.message;
  return problem(error.pos[0], 'not-yaml', text, HINTS[error.code] ?? 'Correct the YAML at this place.');
}

/** Finds aliases of nothing and keys that are not plain words, before anything is expanded. */
function aliasesAndKeys(document: Document, problem: Problem): Diagnostic[] {
  const found: Diagnostic[] = [];
  const anchors = new Set<string>();
  visit(document, {
    Node: (_key, node) => {
      if ('anchor' in node && node.anchor) anchors.add(node.anchor);
    },
    Alias: (_key, alias) => {
      if (!anchors.has(alias.source))
        found.push(problem(alias.range?.[0] ?? 0, 'not-yaml', `alias *${alias.source} has no anchor before it`, HINTS.BAD_ALIAS ?? ''));
    },
    Pair: (_key, pair) => {
      const key = pair.key;
      if (isScalar(key) && typeof key.value === 'string') return;
      const offset = (key as Node | null)?.range?.[0] ?? 0;
      found.push(problem(offset, 'not-yaml', 'a key must be a word', 'Quote the key or remove it.'));
    },
  });
  return found;
}

function locator(document: Document, at: (offset: number) => Position): YamlSource['positionOf'] {
  return (path, part = 'value') => {
    let node: unknown = document.contents;
    let offset = (document.contents as Node | null)?.range?.[0] ?? 0;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document);
      const child: unknown = isMap(node)
        ? node.items.find((pair) => isScalar(pair.key) && pair.key.value === step)
        : isSeq(node)
          ? node.items[step as number]
          : undefined;
      if (child === undefined) break;
      const value = isPair(child) ? child.value : child;
      const key = isPair(child) ? (child.key as Node) : undefined;
      const start = part === 'key' ? (key ?? (value as Node)) : ((value as Node | null) ?? key);
      offset = start?.range?.[0] ?? offset;
      node = value;
    }
    return at(offset);
  };
}

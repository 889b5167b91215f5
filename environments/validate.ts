import type { ErrorObject } from 'ajv';
import { closest } from 'fastest-levenshtein';
import type { Diagnostic, DiagnosticCode } from './diagnostic.ts';
import type { Path, YamlSource } from './document.ts';
import { formatPath } from './path.ts';
import { FORMATS } from './schema/formats.ts';
import type { FileKind } from './schema/schemas.ts';
import { validatorOf } from './schema/validators.ts';

interface Problem {
  readonly code: DiagnosticCode;
  readonly path: Path;
  readonly message: string;
  readonly hint: string;
  readonly part?: 'key' | 'value';
  /** Of an unknown key: the known one that was probably meant. */
  readonly meant?: Path;
}

/**
 * Checks one file against its schema and fills in the defaults, in place.
 */
export function validate(source: YamlSource, kind: FileKind): readonly Diagnostic[] {
  const check = validatorOf(kind);
  const prefix = kind === 'shared' ? [] : [kind];
  if (check(source.value)) return [];
  const problems = new Map<string, Problem>();
  for (const error of check.errors ?? []) {
    const problem = describe(error, source.value);
    const place = formatPath(problem.path);
    if (!problems.has(place) || problem.code === 'wrong-type') problems.set(place, problem);
  }
  // A misspelt key is one mistake, not an unknown key and a missing one.
  for (const { meant } of [...problems.values()])
    if (meant && problems.get(formatPath(meant))?.code === 'missing-key') problems.delete(formatPath(meant));
  return [...problems.values()].map(({ code, path, message, hint, part }) => ({
    code,
    position: source.positionOf(path, part),
    path: formatPath([...prefix, ...path]),
    message,
    hint,
  }));
}

function describe(error: ErrorObject, root: unknown): Problem {
  const path = toPath(error.instancePath, root);
  const allowed = allowedBy(error);
  const found = `found ${show(error.data)}`;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(path, String(error.params.additionalProperty), Object.keys(error.parentSchema?.properties ?? {}));
    case 'required': {
      const key = String(error.params.missingProperty);
      const schema = error.parentSchema?.properties?.[key];
      return {
        code: 'missing-key',
        path: [...path, key],
        message: `is missing; it must be ${schemaAllows(schema)}`,
        hint: `Add \`${key}:\` here. ${schema?.description ?? ''}`.trim(),
      };
    }
    case 'type':
      return { code: 'wrong-type', path, message: `${found}, expected ${allowed}`, hint: typeHint(error) };
    case 'enum': {
      const values = error.schema as string[];
      return { code: 'bad-value', path, message: `${found}, expected ${allowed}`, hint: spelling(error.data, values) };
    }
    case 'format': {
      const why = FORMATS[error.schema as string]?.problem?.(String(error.data));
      return { code: 'bad-value', path, message: `${found}, which ${why ?? `is not ${allowed}`}`, hint: `Write ${allowed}.` };
    }
    default:
      return {
        code: 'bad-value',
        path,
        message: `${found}, expected ${allowed}`,
        hint: error.parentSchema?.description ?? 'Correct the value.',
      };
  }
}

function unknownKey(path: Path, key: string, known: string[]): Problem {
  const near = known.length > 0 ? closest(key, known) : undefined;
  const meant = near && similar(key, near) ? near : undefined;
  return {
    code: 'unknown-key',
    path: [...path, key],
    part: 'key',
    message: `unknown key; allowed here: ${known.join(', ')}`,
    hint: meant ? `Did you mean \`${meant}\`?` : 'Remove it, or use one of the keys that are allowed here.',
    ...(meant ? { meant: [...path, meant] } : {}),
  };
}

function similar(a: string, b: string): boolean {
  const [x, y] = [a.toLowerCase().replace(/[-_]/g, ''), b.toLowerCase().replace(/[-_]/g, '')];
  return x.slice(0, 3) === y.slice(0, 3) || [...x].filter((c) => y.includes(c)).length >= Math.max(x.length, y.length) * 0.7;
}

function spelling(found: unknown, values: string[]): string {
  const near = closest(String(found), values);
  return similar(String(found), near) ? `Did you mean \`${near}\`?` : 'Write one of the allowed values.';
}

function typeHint(error: ErrorObject): string {
  const expected = String(error.schema);
  const data = error.data;
  if (expected === 'string' && ['number', 'boolean'].includes(typeof data)) return `Put it in quotes: "${data}".`;
  if (expected === 'boolean' && typeof data === 'string') return 'Write true or false, without quotes.';
  if (expected === 'integer' && typeof data === 'string') return 'Write the number without quotes.';
  if (data === null) return 'Give it a value, or remove the key to use the default.';
  return error.parentSchema?.description ?? 'Correct the value.';
}

/** Says in words what the keyword that failed would have accepted. */
function allowedBy(error: ErrorObject): string {
  const schema = error.parentSchema ?? {};
  switch (error.keyword) {
    case 'minimum':
    case 'maximum':
      return `a number from ${schema.minimum} to ${schema.maximum}`;
    case 'minItems':
    case 'maxItems':
      return `a list of ${schema.minItems ?? 0} to ${schema.maxItems} entries`;
    case 'uniqueItems':
      return 'a list without repeats';
    default:
      return schemaAllows(schema);
  }
}

function schemaAllows(schema: Record<string, unknown> = {}): string {
  if (Array.isArray(schema.enum)) return `one of ${schema.enum.join(', ')}`;
  const format = FORMATS[String(schema.format)];
  if (format) return format.allowed;
  const example = Array.isArray(schema.examples) ? ` such as ${show(schema.examples[0])}` : '';
  switch (schema.type) {
    case 'object':
      return 'a mapping of keys to values';
    case 'array':
      return 'a list';
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number from ${schema.minimum} to ${schema.maximum}`;
    case 'string':
      return `a text${example}${schema.pattern ? ` matching ${schema.pattern}` : ''}`;
    default:
      return 'another value';
  }
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function toPath(pointer: string, root: unknown): Path {
  let value = root;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replace(/~1/g, '/').replace(/~0/g, '~');
      const step = Array.isArray(value) ? Number(key) : key;
      value = (value as Record<string | number, unknown> | undefined)?.[step];
      return step;
    });
}

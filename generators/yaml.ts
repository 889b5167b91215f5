/**
 * YAML as Kubernetes tools write it: two spaces, lists at the level of their key, keys sorted.
 * A text is plain only when every YAML 1.1 and 1.2 parser reads it back as that text; otherwise it is
 * quoted, or a literal block when it has several lines. `undefined` is left out, and so is `null` unless kept.
 */
export function toYaml(value: unknown, options: { readonly keepNull?: boolean } = {}): string {
  const keepNull = options.keepNull ?? false;
  if (isMapping(value)) return mapping(value, '', keepNull) || '{}\n';
  if (Array.isArray(value)) return sequence(value, '', keepNull) || '[]\n';
  return `${scalar(value, '')}\n`;
}

/** These lead, as people expect them in a Kubernetes object; the other keys follow by code unit. */
const LEADING = ['apiVersion', 'kind', 'metadata'];

function mapping(value: Record<string, unknown>, indent: string, keepNull: boolean): string {
  let text = '';
  for (const key of keysOf(value, indent)) {
    const child = value[key];
    if (child === undefined || (child === null && !keepNull)) continue;
    text += `${indent}${keyText(key)}:${valueText(child, indent, keepNull)}`;
  }
  return text;
}

function keysOf(value: Record<string, unknown>, indent: string): string[] {
  const keys = Object.keys(value).sort();
  if (indent !== '' || !('kind' in value)) return keys;
  return [...LEADING.filter((key) => key in value), ...keys.filter((key) => !LEADING.includes(key))];
}

function sequence(value: readonly unknown[], indent: string, keepNull: boolean): string {
  let text = '';
  for (const item of value) {
    if (isMapping(item)) {
      const inner = mapping(item, `${indent}  `, keepNull);
      text += inner === '' ? `${indent}- {}\n` : `${indent}- ${inner.slice(indent.length + 2)}`;
    } else if (Array.isArray(item)) {
      const inner = sequence(item, `${indent}  `, keepNull);
      text += inner === '' ? `${indent}- []\n` : `${indent}- ${inner.slice(indent.length + 2)}`;
    } else text += `${indent}- ${scalar(item ?? null, `${indent}  `)}\n`;
  }
  return text;
}

function valueText(child: unknown, indent: string, keepNull: boolean): string {
  if (isMapping(child)) {
    const inner = mapping(child, `${indent}  `, keepNull);
    return inner === '' ? ' {}\n' : `\n${inner}`;
  }
  if (Array.isArray(child)) return child.length === 0 ? ' []\n' : `\n${sequence(child, indent, keepNull)}`;
  return ` ${scalar(child, `${indent}  `)}\n`;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  throw new TypeError(`a ${prototype.constructor?.name ?? 'value'} cannot be written as YAML; only plain objects can`);
}

function scalar(value: unknown, indent: string): string {
  switch (typeof value) {
    case 'string':
      return stringText(value, indent);
    case 'number':
      return numberText(value);
    case 'boolean':
      return value ? 'true' : 'false';
    default:
      if (value === null) return 'null';
      throw new TypeError(`a ${typeof value} cannot be written as YAML`);
  }
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${value} cannot be written as YAML`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new TypeError(`${value} is too large to be exact; write it as a text`);
  const text = String(value);
  if (!text.includes('e')) return text;
  // YAML 1.1 reads 1e-7 as a text: it wants a point.
  const [mantissa = '', exponent = ''] = text.split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}e${exponent}`;
}

/** Begins with a letter, underscore or slash and holds nothing that YAML gives a meaning. */
const PLAIN = /^[A-Za-z_/](?:[A-Za-z0-9_\-./@%+,]|:(?=[A-Za-z0-9_/@.-]))*$/;
/** Words that YAML 1.1 or 1.2 reads as something other than a text. */
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

function keyText(key: string): string {
  return PLAIN.test(key) && !WORDS.test(key) ? key : quoted(key);
}

function stringText(text: string, indent: string): string {
  if (PLAIN.test(text) && !WORDS.test(text)) return text;
  if (text.includes('\n') && literalIsSafe(text)) return literal(text, indent);
  return quoted(text);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be found.
const UNPRINTABLE = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/;
/** What JSON's own escapes leave as it is, and YAML does not. */
const TO_ESCAPE = /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g;

/** A literal block keeps a text that begins with a visible character, has no odd blank line, and ends with at most one newline. */
function literalIsSafe(text: string): boolean {
  return (
    !UNPRINTABLE.test(text) &&
    !/^[\s]/.test(text) &&
    !/\n\n$/.test(text) &&
    !/\n[ \t]+(\n|$)/.test(text) &&
    !/\t\n|\t$/.test(text) &&
    wellFormed(text)
  );
}

function literal(text: string, indent: string): string {
  const closed = text.endsWith('\n');
  const body = closed ? text.slice(0, -1) : text;
  const lines = body.split('\n').map((line) => (line === '' ? '' : indent + line));
  return `${closed ? '|' : '|-'}\n${lines.join('\n')}`;
}

function quoted(text: string): string {
  if (!wellFormed(text)) throw new TypeError('a text with half a surrogate pair cannot be written as YAML');
  return JSON.stringify(text).replace(TO_ESCAPE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function wellFormed(text: string): boolean {
  return !/[\uD800-\uDFFF]/.test(text) || !/(?:[\uD800-\uDBFF](?![\uDC00-\uDFFF]))|(?:(?<![\uD800-\uDBFF])[\uDC00-\uDFFF])/.test(text);
}

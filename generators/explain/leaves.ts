import type { TSchema } from '@sinclair/typebox';
import { formatAddress, parseCidr } from '../../environments/cidr.ts';
import type { Path } from '../../environments/document.ts';
import { parseBytes, parseCores, parseDuration } from '../../environments/units.ts';

/** One value of the configuration, and another that it could have. */
export interface Leaf {
  readonly path: Path;
  readonly value: unknown;
  readonly other: unknown;
}

/** Every single value of a validated file, defaults included. */
export function leavesOf(schema: TSchema, value: unknown, path: Path = []): Leaf[] {
  if (value === undefined) return [];
  if (schema.type === 'object')
    return Object.entries(schema.properties as Record<string, TSchema>).flatMap(([key, child]) =>
      leavesOf(child, (value as Record<string, unknown>)[key], [...path, key]),
    );
  if (schema.type === 'array')
    return (value as unknown[]).flatMap((item, index) => leavesOf(schema.items as TSchema, item, [...path, index]));
  return [{ path, value, other: otherValue(schema, value) }];
}

function otherValue(schema: TSchema, value: unknown): unknown {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value < (schema.maximum ?? Number.MAX_SAFE_INTEGER) ? value + 1 : value - 1;
  const text = String(value);
  const choices = schema.enum as string[] | undefined;
  if (choices) return choices[(choices.indexOf(text) + 1) % choices.length];
  switch (schema.format) {
    case 'cidr': {
      const range = parseCidr(text);
      if ('problem' in range) return text;
      const size = range.last - range.first + 1;
      const next = range.last + size < 2 ** 32 ? range.first + size : range.first - size;
      return `${formatAddress(next)}/${range.prefix}`;
    }
    // More than twice as much: what is rounded to days or GiB changes too.
    case 'duration': {
      const seconds = Math.ceil(parseDuration(text) ?? 0) * 2 + 7;
      return seconds < 1_000_000 ? `${seconds}s` : `${Math.ceil(seconds / 60)}m`;
    }
    case 'bytes': {
      const mebibytes = Math.ceil((parseBytes(text) ?? 0) / 2 ** 20) * 2 + 1;
      return mebibytes < 1_000_000 ? `${mebibytes}Mi` : `${Math.ceil(mebibytes / 1024)}Gi`;
    }
    case 'address':
      return text.replace(/\d+$/, (last) => String((Number(last) + 1) % 256));
    case 'email':
    case 'cores':
      return `${Math.round((parseCores(text) ?? 0) * 1000) + 7}m`;
    case 'hostname':
      return `x${text}`;
    default:
      // Versions are compared as numbers: a digit more is another version.
      return /\d$/.test(text) ? `${text}1` : `${text}x`;
  }
}

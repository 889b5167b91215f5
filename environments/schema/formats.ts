import { type SchemaOptions, type TObject, type TProperties, type TSchema, Type } from '@sinclair/typebox';
import { type Cidr, parseCidr } from '../cidr.ts';
import { type Bytes, type Cores, parseBytes, parseCores, parseDuration, type Seconds } from '../units.ts';

/** What a described value may carry; every key of the configuration has a description and an example or a default. */
export type Described = SchemaOptions & { readonly description: string };

/** How a text with this format becomes the value that the rest of Tandem sees. */
export interface Format {
  /** What a correct text looks like, for error messages. */
  readonly allowed: string;
  readonly parse: (text: string) => unknown;
  /** A regular expression that every correct text matches, for editors, which know no formats of ours. */
  readonly pattern: string;
  /** Why a text was refused, where the parser knows better than "not one of these". */
  readonly problem?: (text: string) => string | undefined;
}

/** Four numbers of an IPv4 address. */
const ADDRESS = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

export const FORMATS: Readonly<Record<string, Format>> = {
  cidr: {
    pattern: '^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$',
    allowed: 'an IPv4 range such as 10.30.0.0/16',
    parse: (text) => {
      const range = parseCidr(text);
      return 'problem' in range ? undefined : range;
    },
    problem: (text) => {
      const range = parseCidr(text);
      return 'problem' in range ? range.problem : undefined;
    },
  },
  address: {
    pattern: '^(\\d{1,3}\\.){3}\\d{1,3}$',
    allowed: 'an IPv4 address such as 10.30.10.240',
    parse: (text) => (ADDRESS.test(text) ? text : undefined),
  },
  email: {
    pattern: '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$',
    allowed: 'an e-mail address such as oncall@example.com',
    parse: (text) => (text.length <= 254 && /^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(text) ? text : undefined),
  },
  duration: { pattern: '^\\d{1,6}(ms|s|m|h|d)$', allowed: 'a duration such as 500ms, 15s, 2m, 24h or 14d', parse: parseDuration },
  bytes: { pattern: '^\\d{1,6}(Ki|Mi|Gi|Ti)$', allowed: 'an amount such as 512Mi, 20Gi or 1Ti, below 8192Ti', parse: parseBytes },
  cores: { pattern: '^\\d{1,6}m?$', allowed: 'processor cores such as 2 or 500m, in quotes when a whole number', parse: parseCores },
  hostname: {
    pattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)+$',
    allowed: 'a DNS name in lower case such as crm.example.com',
    parse: (text) =>
      text.length <= 253 && /^(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/.test(text)
        ? text
        : undefined,
  },
  label: {
    pattern: '^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$',
    allowed: 'lower-case letters, digits and hyphens, at most 63, such as crm-production',
    parse: (text) => (/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text) ? text : undefined),
  },
  sqlname: {
    pattern: '^[a-z_][a-z0-9_]{0,62}$',
    allowed: 'a PostgreSQL name: lower-case letters, digits and underscores, at most 63, such as crm_app',
    parse: (text) => (/^[a-z_][a-z0-9_]{0,62}$/.test(text) ? text : undefined),
  },
  urlpath: {
    pattern: '^/[A-Za-z0-9._~/-]{0,200}$',
    allowed: 'a path such as /healthz',
    parse: (text) => (/^\/[A-Za-z0-9._~/-]{0,200}$/.test(text) ? text : undefined),
  },
  date: {
    pattern: '^\\d{4}-\\d{2}-\\d{2}$',
    allowed: 'a calendar date such as 2026-12-31, in quotes',
    parse: (text) =>
      /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text)
        ? text
        : undefined,
  },
};

const formatted = <T>(format: keyof typeof FORMATS, options: Described) =>
  Type.Unsafe<T>(Type.String({ ...options, format: format as string }));

export const cidr = (options: Described) => formatted<Cidr>('cidr', options);
export const address = (options: Described) => formatted<string>('address', options);
export const email = (options: Described) => formatted<string>('email', options);
export const duration = (options: Described) => formatted<Seconds>('duration', options);
export const bytes = (options: Described) => formatted<Bytes>('bytes', options);
export const cores = (options: Described) => formatted<Cores>('cores', options);
export const hostname = (options: Described) => formatted<string>('hostname', options);
export const label = (options: Described) => formatted<string>('label', options);
export const sqlname = (options: Described) => formatted<string>('sqlname', options);
export const urlpath = (options: Described) => formatted<string>('urlpath', options);
export const date = (options: Described) => formatted<string>('date', options);

export const flag = (options: Described) => Type.Boolean(options);
export const text = (options: Described & { pattern: string }) => Type.String({ maxLength: 2048, ...options });
export const whole = (minimum: number, maximum: number, options: Described) => Type.Integer({ minimum, maximum, ...options });
export const choice = <const T extends string[]>(values: [...T], options: Described) =>
  Type.Unsafe<T[number]>(Type.String({ enum: values, ...options }));

/**
 * A mapping that refuses unknown keys. A key with a default may be left out, which JSON Schema has no word
 * for: it is not listed as required, and the loader fills it in.
 */
export const section = <T extends TProperties>(properties: T, options: Described): TObject<T> => {
  const schema = Type.Object(properties, { additionalProperties: false, ...options });
  const required = ((schema.required ?? []) as string[]).filter((key) => properties[key]?.default === undefined);
  return { ...schema, required } as unknown as TObject<T>;
};

export const list = <T extends TSchema>(items: T, options: Described & { minItems?: number; maxItems?: number; uniqueItems?: boolean }) =>
  Type.Array(items, { maxItems: 256, ...options });

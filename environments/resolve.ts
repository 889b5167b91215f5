import type { TSchema } from '@sinclair/typebox';
import type { ImageName, Platform } from './platform.ts';
import type { AwsConfiguration } from './schema/aws.ts';
import { FORMATS } from './schema/formats.ts';
import type { GcpConfiguration } from './schema/gcp.ts';
import { SCHEMAS } from './schema/schemas.ts';
import type { Shared } from './schema/shared.ts';

/** The three files of an environment, valid and with defaults, their texts not yet parsed. */
export interface RawEnvironment {
  readonly shared: unknown;
  readonly aws: unknown;
  readonly gcp: unknown;
}

/** Turns valid files into the platform: parses texts, follows references, freezes. */
export function resolve(name: string, raw: RawEnvironment): Platform {
  const shared = decode(SCHEMAS.shared, raw.shared) as Shared;
  const aws = decode(SCHEMAS.aws, raw.aws) as AwsConfiguration;
  const gcp = decode(SCHEMAS.gcp, raw.gcp) as GcpConfiguration;
  return deepFreeze({
    ...shared,
    name,
    traffic: { ...shared.traffic, shares: shared.traffic.shares ?? null },
    waivers: shared.waivers.map((waiver) => ({ ...waiver, path: waiver.path ?? null })),
    aws: { ...aws, pulls: pulls(shared, aws) },
    gcp: { ...gcp, pulls: pulls(shared, gcp) },
  });
}

function pulls(shared: Shared, cloud: { registry: { host: string } }): Record<ImageName, string> {
  const names = Object.keys(shared.images) as ImageName[];
  const reference = (name: ImageName): string => {
    const { repository, tag, digest } = shared.images[name];
    return `${cloud.registry.host}/${repository}:${tag}${digest ? `@${digest}` : ''}`;
  };
  return Object.fromEntries(names.map((name) => [name, reference(name)])) as Record<ImageName, string>;
}

function decode(schema: TSchema, value: unknown): unknown {
  if (schema.type === 'object') {
    const given = value as Record<string, unknown>;
    const properties = Object.entries(schema.properties as Record<string, TSchema>);
    return Object.fromEntries(
      properties.filter(([key]) => given[key] !== undefined).map(([key, child]) => [key, decode(child, given[key])]),
    );
  }
  if (schema.type === 'array') return (value as unknown[]).map((item) => decode(schema.items as TSchema, item));
  const format = typeof schema.format === 'string' ? FORMATS[schema.format] : undefined;
  return format ? format.parse(value as string) : value;
}

function deepFreeze<T extends object>(value: T): T {
  for (const child of Object.values(value)) if (child !== null && typeof child === 'object') deepFreeze(child);
  return Object.freeze(value);
}

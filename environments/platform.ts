import type { AwsConfiguration } from './schema/aws.ts';
import type { GcpConfiguration } from './schema/gcp.ts';
import type { Shared } from './schema/shared.ts';

export type Cloud = 'aws' | 'gcp';
export const CLOUDS: readonly Cloud[] = ['aws', 'gcp'];

export function otherCloud(cloud: Cloud): Cloud {
  return cloud === 'aws' ? 'gcp' : 'aws';
}

type DeepReadonly<T> = T extends string | number | boolean ? T : T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

export type ImageName = keyof Shared['images'];

/** Each image as the full reference that this cloud's nodes pull. */
export interface Pulls {
  readonly pulls: Readonly<Record<ImageName, string>>;
}

export interface ResolvedWaiver {
  readonly rule: string;
  /** The configuration path the waiver is for; null waives every finding of the rule. */
  readonly path: string | null;
  readonly reason: string;
  /** Last day on which it counts, `YYYY-MM-DD`. */
  readonly expires: string;
}

export type Aws = DeepReadonly<AwsConfiguration> & Pulls;
export type Gcp = DeepReadonly<GcpConfiguration> & Pulls;

/**
 * One environment, fully resolved and frozen: every default applied, ranges and durations parsed,
 * references between the files followed. Its paths are the paths of the configuration files.
 */
export interface Platform extends DeepReadonly<Omit<Shared, 'traffic' | 'waivers'>> {
  readonly name: string;
  readonly traffic: DeepReadonly<Omit<Shared['traffic'], 'shares'>> & {
    readonly shares: { readonly aws: number; readonly gcp: number } | null;
  };
  readonly waivers: readonly ResolvedWaiver[];
  readonly aws: Aws;
  readonly gcp: Gcp;
}

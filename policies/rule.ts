import type { Severity } from '../environments/diagnostic.ts';
import type { Platform } from '../environments/platform.ts';

/** One breach of a law: the configuration paths that collide, with the arithmetic shown. */
export interface Breach {
  /** Configuration paths such as `aws.network.vpc`, the one to change first. */
  readonly paths: readonly [string, ...string[]];
  /** What was found and what the law allows, with the numbers. */
  readonly message: string;
  /** Which value to change, and to what. */
  readonly hint: string;
  /** Where this breach weighs less than the law does. */
  readonly severity?: Severity;
}

/** What a law may look at beside the platform. */
export interface Context {
  /** The date to judge by, `YYYY-MM-DD`. */
  readonly asOf: string;
}

export interface Rule {
  /** Stable code that a waiver names, `TDnnn`. */
  readonly code: string;
  /** The folder's name, which reads as the law. */
  readonly name: string;
  readonly severity: Severity;
  /** The law in one sentence, with the reason. */
  readonly law: string;
  check(platform: Platform, context: Context): readonly Breach[];
}

/** A change to the production environment, by configuration path, and what the law must say of it. */
export interface Example {
  readonly change: Readonly<Record<string, unknown>>;
  /** The date to judge by; the law's tests use 2026-06-01 when left out. */
  readonly asOf?: string;
}

export interface BadExample extends Example {
  /** Paths that the breaches must name. */
  readonly names: readonly string[];
}

/** Shown beside every rule and run by its test. */
export interface Examples {
  readonly good: readonly Example[];
  readonly bad: readonly BadExample[];
}

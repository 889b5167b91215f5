import type { Cloud, Platform } from '../../environments/platform.ts';
import type { TreeObject } from './object.ts';

/** Everything rendered for one environment, in both clusters. */
export interface RenderedTree {
  readonly platform: Platform;
  readonly objects: readonly TreeObject[];
}

/** One breach of a law over the tree. */
export interface TreeBreach {
  readonly object: TreeObject;
  /** What was found and what the law allows. */
  readonly message: string;
  readonly hint: string;
}

/** A law over what is rendered; it holds whatever the configuration says, and finds what the charts do wrong. */
export interface TreeRule {
  readonly code: string;
  readonly name: string;
  readonly law: string;
  check(tree: RenderedTree): readonly TreeBreach[];
}

/** One way to spoil a good tree, which the law must catch. */
export interface Break {
  readonly what: string;
  spoil(tree: SpoiltTree): void;
}

/** A tree that a test may change. */
export interface SpoiltTree {
  /** The one object of this kind and name in a cluster, to be changed; its parameters are at `spec.forProvider`. */
  // biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes.
  object(cloud: Cloud, kind: string, name: string): any;
  remove(cloud: Cloud, kind: string, name: string): void;
  /** A second object, like an existing one. */
  copy(cloud: Cloud, kind: string, name: string, to: { cloud?: Cloud; name?: string }): void;
}

import type { ApiObject } from 'cdk8s';

/** A Kubernetes object as plain data. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface Typed {
  manifest?(props: unknown): Manifest;
}

/**
 * The object as data, equal to what `ApiObject.toJson()` returns, at a fraction of its time: toJson copies
 * every value three times (resolve, sanitise, convert) to allow for tokens, which no chart here uses.
 * A test compares both on every object that is rendered.
 */
export function manifestOf(object: ApiObject): Manifest {
  const { props } = object as unknown as { props: Manifest };
  const typed = object.constructor as Typed;
  return typed.manifest ? typed.manifest(props) : props;
}

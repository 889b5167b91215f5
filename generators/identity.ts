import type { Manifest } from './manifest-of.ts';
import { collision } from './tree.ts';

/** What makes two objects of one cluster the same: group, kind, namespace and name; the version does not. */
export function identityOf({ apiVersion, kind, metadata }: Manifest): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return [group, kind, metadata.namespace ?? '', metadata.name].join('|');
}

/** Remembers who produces which object of one cluster. */
export class Identities {
  private readonly producers = new Map<string, string>();

  /** @throws CollisionError when another component, or the same one twice, produces the object. */
  claim(manifest: Manifest, producer: string): void {
    const identity = identityOf(manifest);
    const other = this.producers.get(identity);
    const { kind, metadata } = manifest;
    if (other) throw collision(`${kind} ${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name}`, other, producer);
    this.producers.set(identity, producer);
  }
}

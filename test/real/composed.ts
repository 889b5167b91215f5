import { NAMESPACES } from '../../charts/names.ts';
import type { Resource } from './api-server.ts';

interface Composition {
  kind: string;
  spec: { pipeline: { input?: { resources: Template[] } }[] };
}

interface Template {
  base: Resource;
  patches: { type: string; toFieldPath: string; fromFieldPath: string }[];
}

/** What the compositions among some objects would compose, every awaited field filled in with a text. */
export function composedIn(objects: readonly object[]): Resource[] {
  return (objects as Composition[])
    .filter(({ kind }) => kind === 'Composition')
    .flatMap(({ spec }) => spec.pipeline[0]?.input?.resources ?? [])
    .map(({ base, patches }) => {
      const resource: Resource = structuredClone({ ...base, metadata: { ...base.metadata, namespace: NAMESPACES.infrastructure } });
      for (const { type, toFieldPath, fromFieldPath } of patches)
        if (type === 'FromCompositeFieldPath') set(resource, toFieldPath, `<${fromFieldPath}>`);
      return resource;
    });
}

function set(object: object, path: string, value: string): void {
  const keys = path.replace(/\[(\d+)\]/g, '.$1').split('.');
  const last = keys.pop() as string;
  let at = object as Record<string, unknown>;
  for (const [index, key] of keys.entries()) {
    at[key] ??= /^\d+$/.test(keys[index + 1] ?? last) ? [] : {};
    at = at[key] as Record<string, unknown>;
  }
  at[last] = value;
}

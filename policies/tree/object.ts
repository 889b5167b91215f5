import type { Cloud } from '../../environments/platform.ts';

/** A step of a composition: which fields it waits for, and which it makes known. */
export interface Step {
  readonly composition: string;
  readonly step: string;
  /** Path in the object → field of the composite's status. */
  readonly awaits: Readonly<Record<string, string>>;
  /** Field of the composite's status → path in the object's status. */
  readonly offers: Readonly<Record<string, string>>;
}

/** One rendered object, or one that a rendered composition composes. */
export interface TreeObject {
  /** The file below the output folder; `#step` follows for what is composed. */
  readonly path: string;
  /** The cluster that it is rendered for. */
  readonly cloud: Cloud;
  readonly step: Step | null;
  readonly manifest: Manifest;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [key: string]: unknown;
}

export function groupOf({ manifest }: TreeObject): string {
  const { apiVersion } = manifest;
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** Service and kind, `ec2/VPC`; group and kind for what is no managed resource. */
export function kindOf(object: TreeObject): string {
  const group = groupOf(object);
  return `${group.endsWith('.m.upbound.io') ? group.slice(0, group.indexOf('.')) : group}/${object.manifest.kind}`;
}

/** Whether it stands for something in a cloud. */
export function isManaged(object: TreeObject): boolean {
  return (
    groupOf(object).split('.').length > 4 && groupOf(object).endsWith('.m.upbound.io') && !object.manifest.kind.endsWith('ProviderConfig')
  );
}

export function managementPolicies(object: TreeObject): readonly string[] {
  return (at(object, 'spec.managementPolicies') as string[] | undefined) ?? ['*'];
}

/** Whether it only looks: another cluster or object manages the resource. */
export function observes(object: TreeObject): boolean {
  const policies = managementPolicies(object);
  return policies.length === 1 && policies[0] === 'Observe';
}

/** The value at a path such as `spec.forProvider.rule[0].name`; undefined where there is none. */
export function at({ manifest }: Pick<TreeObject, 'manifest'>, path: string): unknown {
  return path
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.')
    .reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | undefined | null)?.[key], manifest);
}

/** A parameter, where it is enforced. */
export function parameter(object: TreeObject, path: string): unknown {
  return at(object, `spec.forProvider.${path}`);
}

/** Whether a parameter is set: enforced, set once, or filled in by its composition. */
export function isSet(object: TreeObject, path: string): boolean {
  return ['forProvider', 'initProvider'].some(
    (part) =>
      at(object, `spec.${part}.${path}`) !== undefined ||
      Object.keys(object.step?.awaits ?? {}).some(
        (awaited) => awaited === `spec.${part}.${path}` || awaited.startsWith(`spec.${part}.${path}[`),
      ),
  );
}

/** The name of the object that a reference of this field gives, where it gives one. */
export function referred(object: TreeObject, path: string): string | undefined {
  return (parameter(object, path) as { name?: string } | undefined)?.name;
}

/** Every text in a value, with its path. */
export function textsIn(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((one, index) => textsIn(one, `${path}[${index}]`));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, one]) => textsIn(one, path ? `${path}.${key}` : key));
}

/** How an object is named in a message: `Instance crm-production`. */
export function say({ manifest }: TreeObject): string {
  return `${manifest.kind} ${manifest.metadata.name}`;
}

import type { Chart } from 'cdk8s';
import type { Cluster } from '../cluster.ts';
import { customResource } from '../custom-resource.ts';
import { NAMESPACES } from '../names.ts';
import { KEPT } from '../sync-options.ts';
import { type Managed, manifestOfManaged } from './managed.ts';

/** Group of Tandem's own composite resources. */
export const GROUP = 'infrastructure.tandem.internal';
const VERSION = 'v1alpha1';

/** A managed resource whose fields come from the status of another one. */
export interface Composed extends Managed {
  /** Name within the composition. */
  readonly step: string;
  /** Field of the composite's status → path in this resource's status, below `status.atProvider`. */
  readonly exports?: Readonly<Record<string, string>>;
  /** Path in this resource's spec → field of the composite's status; the resource waits until it is known. */
  readonly needs?: Readonly<Record<string, string>>;
}

export interface Composite {
  /** Kind of the composite, such as `CrossCloudLink`. */
  readonly kind: string;
  /** Name of the composite and of its composition. */
  readonly name: string;
  readonly description: string;
  readonly resources: readonly Composed[];
  readonly wave?: number;
}

/** Fields of the composite's status, in the order in which they become known. */
function statusFields(composite: Composite): string[] {
  return composite.resources.flatMap(({ exports = {} }) => Object.keys(exports));
}

/** Adds the definition and the composition of a composite resource. */
export function composition(scope: Chart, cluster: Cluster, composite: Composite): void {
  definition(scope, composite);
  customResource(scope, {
    apiVersion: 'apiextensions.crossplane.io/v1',
    kind: 'Composition',
    name: composite.name,
    annotations: KEPT,
    spec: {
      compositeTypeRef: { apiVersion: `${GROUP}/${VERSION}`, kind: composite.kind },
      mode: 'Pipeline',
      pipeline: [
        {
          step: 'resources',
          functionRef: { name: 'function-patch-and-transform' },
          input: {
            apiVersion: 'pt.fn.crossplane.io/v1beta1',
            kind: 'Resources',
            resources: composite.resources.map((resource) => template(cluster, resource)),
          },
        },
        { step: 'readiness', functionRef: { name: 'function-auto-ready' } },
      ],
    },
  });
}

/** Adds the composite resource itself: the composition holds every value, the composite only what was learnt. */
export function composite(scope: Chart, { kind, name, wave }: Composite): void {
  customResource(scope, {
    apiVersion: `${GROUP}/${VERSION}`,
    kind,
    name,
    namespace: NAMESPACES.infrastructure,
    annotations: { ...KEPT, ...(wave ? { 'argocd.argoproj.io/sync-wave': String(wave) } : {}) },
    spec: { crossplane: { compositionRef: { name }, compositionUpdatePolicy: 'Automatic' } },
  });
}

function definition(scope: Chart, composite: Composite): void {
  const plural = `${composite.kind.toLowerCase()}s`;
  const fields = statusFields(composite).map((field) => [field, { type: 'string' }]);
  customResource(scope, {
    apiVersion: 'apiextensions.crossplane.io/v2',
    kind: 'CompositeResourceDefinition',
    name: `${plural}.${GROUP}`,
    annotations: KEPT,
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { kind: composite.kind, plural },
      versions: [
        {
          name: VERSION,
          served: true,
          referenceable: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description: composite.description,
              properties: {
                spec: { type: 'object' },
                status: { type: 'object', properties: Object.fromEntries(fields) },
              },
            },
          },
        },
      ],
    },
  });
}

function template({ platform }: Cluster, resource: Composed): object {
  const { apiVersion, kind, name, annotations, spec } = manifestOfManaged(platform, resource);
  const { step, exports = {}, needs = {} } = resource;
  const required = { policy: { fromFieldPath: 'Required' } };
  return {
    name: step,
    base: { apiVersion, kind, metadata: { name, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) }, spec },
    patches: [
      ...Object.entries(needs).map(([path, field]) => ({
        type: 'FromCompositeFieldPath',
        fromFieldPath: `status.${field}`,
        toFieldPath: `spec.${path}`,
        ...required,
      })),
      ...Object.entries(exports).map(([field, path]) => ({
        type: 'ToCompositeFieldPath',
        fromFieldPath: `status.atProvider.${path}`,
        toFieldPath: `status.${field}`,
        transforms: [{ type: 'convert', convert: { toType: 'string' } }],
      })),
    ],
  };
}

import { ApiObject, type Chart } from 'cdk8s';

interface CustomResource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Left out for cluster-scoped kinds. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: object;
}

/** Adds an object of a kind that cdk8s-plus has no construct for; tests check it against the kind's strict schema. */
export function customResource(scope: Chart, { apiVersion, kind, name, namespace, labels, annotations, spec }: CustomResource): ApiObject {
  const metadata = { name, ...(namespace ? { namespace } : {}), ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) };
  return new ApiObject(scope, `${apiVersion.split('/')[0]}-${kind}-${namespace ?? 'cluster'}-${name}`, {
    apiVersion,
    kind,
    metadata,
    spec,
  });
}

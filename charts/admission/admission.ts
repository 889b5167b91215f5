import type { Chart } from 'cdk8s';
import { type Cluster, ownSide } from '../cluster.ts';
import type { KustomizeComponent } from '../component.ts';
import { customResource } from '../custom-resource.ts';
import { NAMESPACES, WRITER_RECORD } from '../names.ts';

/**
 * Admission policies in CEL, judged by the API server itself: no webhook that could be down in a failover.
 */
export const admission: KustomizeComponent = {
  kind: 'kustomize',
  path: 'policies',
  namespace: NAMESPACES.argocd,
  project: 'security',
  wave: 'admission',
  build(scope, cluster) {
    writerRecordGrows(scope);
    imagesComeFromOwnRegistry(scope, cluster);
    return [];
  },
};

interface Validation {
  readonly expression: string;
  readonly message: string;
}

interface Policy {
  readonly name: string;
  readonly namespaces: readonly string[];
  readonly rule: object;
  readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[];
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
  readonly validations: readonly Validation[];
}

function policy(scope: Chart, { name, namespaces, rule, matchConditions, variables, validations }: Policy): void {
  customResource(scope, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    name,
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: [rule] },
      ...(matchConditions ? { matchConditions } : {}),
      ...(variables ? { variables } : {}),
      validations: validations.map((validation) => ({ ...validation, reason: 'Forbidden' })),
    },
  });
  customResource(scope, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    name,
    spec: {
      policyName: name,
      validationActions: ['Deny'],
      matchResources: {
        namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [...namespaces] }] },
      },
    },
  });
}

/** An epoch never goes back and never means two writers; a record that vanished would stop every pool. */
function writerRecordGrows(scope: Chart): void {
  policy(scope, {
    name: 'writer-record-grows',
    namespaces: [NAMESPACES.pgbouncer],
    rule: { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['configmaps'] },
    matchConditions: [{ name: 'is-the-writer-record', expression: `request.name == '${WRITER_RECORD}'` }],
    validations: [
      {
        expression: "request.operation != 'DELETE'",
        message: 'the writer record must not be deleted: every PgBouncer that restarts would refuse to start',
      },
      {
        expression: `request.operation == 'DELETE' || (has(object.data) && ['writer', 'epoch', 'databases.ini'].all(key, key in object.data) && object.data.writer in ['aws', 'gcp'] && object.data.epoch.matches('^[0-9]{1,15}$'))`,
        message: 'the writer record has writer (aws or gcp), epoch (a whole number) and databases.ini',
      },
      {
        expression: `request.operation != 'UPDATE' || int(object.data.epoch) > int(oldObject.data.epoch) || object.data == oldObject.data`,
        message: 'the epoch of the writer record must grow with every change',
      },
    ],
  });
}

/** A pull must work when the other cloud, or a public registry, does not answer. */
function imagesComeFromOwnRegistry(scope: Chart, cluster: Cluster): void {
  const { host } = ownSide(cluster).registry;
  policy(scope, {
    name: 'images-from-own-registry',
    namespaces: [NAMESPACES.application, NAMESPACES.pgbouncer, NAMESPACES.messaging, NAMESPACES.runbooks],
    rule: { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] },
    variables: [
      {
        name: 'containers',
        expression: 'object.spec.containers + (has(object.spec.initContainers) ? object.spec.initContainers : [])',
      },
    ],
    validations: [
      {
        expression: `variables.containers.all(c, c.image.startsWith('${host}/'))`,
        message: `images here come from ${host} alone`,
      },
      {
        expression: `variables.containers.all(c, c.image.matches(':[^/:@]*[0-9][^/:@]*(@sha256:[0-9a-f]{64})?$') || c.image.matches('@sha256:[0-9a-f]{64}$'))`,
        message: 'images here name an exact version or a digest',
      },
    ],
  });
}

import type { Chart } from 'cdk8s';
import { customResource } from '../custom-resource.ts';
import { NAMESPACES } from '../names.ts';
import { KEPT } from '../sync-options.ts';

const namespace = NAMESPACES.infrastructure;

interface Generated {
  /** Name of the secret. */
  readonly name: string;
  /** Its keys, each with a password of its own; `password` alone when left out. */
  readonly keys?: readonly string[];
  /** Pre-shared keys of AWS must not begin with a zero: letters only. */
  readonly digits?: number;
}

/** A secret made inside the cluster, once: no person, file or log ever sees it. */
export function generatedSecret(scope: Chart, { name, keys = ['password'], digits = 8 }: Generated): void {
  customResource(scope, {
    apiVersion: 'generators.external-secrets.io/v1alpha1',
    kind: 'Password',
    name,
    namespace,
    annotations: { 'argocd.argoproj.io/sync-wave': '-30' },
    spec: { length: 48, digits, symbols: 0, noUpper: false, allowRepeat: true, secretKeys: [...keys] },
  });
  customResource(scope, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    name,
    namespace,
    annotations: {
      'argocd.argoproj.io/sync-wave': '-29',
      ...KEPT,
    },
    spec: {
      refreshPolicy: 'CreatedOnce',
      // Orphan: the secret outlives what made it, because a database has its password.
      target: { name, creationPolicy: 'Orphan', deletionPolicy: 'Retain' },
      dataFrom: [{ sourceRef: { generatorRef: { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'Password', name } } }],
    },
  });
}

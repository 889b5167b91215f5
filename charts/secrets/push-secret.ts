import type { Chart } from 'cdk8s';
import { customResource } from '../custom-resource.ts';
import { NAMESPACES } from '../names.ts';

interface Push {
  readonly name: string;
  /** The Kubernetes secret that is pushed. */
  readonly secret: string;
  readonly store: string;
  readonly remoteKey: string;
  /** Keys of the secret → properties of the remote one; the whole secret when left out. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Whether a value that is there already stays. */
  readonly onlyOnce?: boolean;
}

/** Writes a secret of the cluster into a secret manager; the value passes neither Git nor Tandem. */
export function pushSecret(scope: Chart, { name, secret, store, remoteKey, properties, onlyOnce = false }: Push): void {
  customResource(scope, {
    apiVersion: 'external-secrets.io/v1alpha1',
    kind: 'PushSecret',
    name,
    namespace: NAMESPACES.infrastructure,
    spec: {
      refreshInterval: '10m',
      updatePolicy: onlyOnce ? 'IfNotExists' : 'Replace',
      deletionPolicy: 'None',
      secretStoreRefs: [{ kind: 'ClusterSecretStore', name: store }],
      selector: { secret: { name: secret } },
      data: properties
        ? Object.entries(properties).map(([secretKey, property]) => ({ match: { secretKey, remoteRef: { remoteKey, property } } }))
        : [{ match: { remoteRef: { remoteKey } } }],
    },
  });
}

import type { Chart } from 'cdk8s';
import { formatDuration } from '../../environments/units.ts';
import { byCloud, type Cluster } from '../cluster.ts';
import { customResource } from '../custom-resource.ts';
import { SECRET_STORE } from '../names.ts';

interface Wanted {
  readonly name: string;
  readonly namespace: string;
  /** Name of the remote secret below the environment's prefix. */
  readonly remote: string;
  /** Keys of the Kubernetes secret → property of the remote one; all properties as they are when left out. */
  readonly keys?: Readonly<Record<string, string>>;
  /** Keys of the Kubernetes secret → template over the fetched properties. */
  readonly template?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly type?: 'kubernetes.io/tls';
}

/** The remote secret's id in this cloud's secret manager: `crm/production/database`, `crm-production-database`. */
export function remoteKey(cluster: Cluster, name: string): string {
  return byCloud(cluster, {
    aws: () => `${cluster.platform.aws.secretPrefix}/${name}`,
    gcp: () => `${cluster.platform.gcp.secretPrefix}-${name}`,
  });
}

/** Secrets that hold one value for both clouds; the owner of the link copies them from its manager to the other. */
export function sharedSecrets({ platform: { application } }: Cluster): string[] {
  return ['cloudflare-api', 'cloudflare-dns', 'database', 'gitops', 'grafana', 'internal-ca', 'link', 'messaging', ...application.secrets];
}

/** Every secret of this environment in a cloud's manager. */
export function remoteSecrets(cluster: Cluster): string[] {
  return [...sharedSecrets(cluster), 'cache'].sort();
}

/** Adds an ExternalSecret; the value itself never passes through Tandem. */
export function externalSecret(scope: Chart, cluster: Cluster, { name, namespace, remote, keys, template, labels, type }: Wanted): void {
  const key = remoteKey(cluster, remote);
  const metadata = labels ? { metadata: { labels } } : {};
  customResource(scope, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    name,
    namespace,
    spec: {
      refreshPolicy: 'Periodic',
      refreshInterval: formatDuration(cluster.platform.secretRefresh),
      secretStoreRef: { kind: 'ClusterSecretStore', name: SECRET_STORE },
      target: {
        name,
        creationPolicy: 'Owner',
        // A secret that vanishes from the manager by mistake must not take running pods down.
        deletionPolicy: 'Retain',
        ...(template || labels || type
          ? { template: { engineVersion: 'v2', ...(type ? { type } : {}), ...metadata, ...(template ? { data: template } : {}) } }
          : {}),
      },
      ...(keys
        ? { data: Object.entries(keys).map(([secretKey, property]) => ({ secretKey, remoteRef: { key, property } })) }
        : { dataFrom: [{ extract: { key } }] }),
    },
  });
}

import type { Chart } from 'cdk8s';
import { byCloud, type Cluster } from '../cluster.ts';
import type { KustomizeComponent } from '../component.ts';
import { customResource } from '../custom-resource.ts';
import { INTERNAL_ISSUER, NAMESPACES, SECRET_STORE } from '../names.ts';
import { externalSecret } from './external-secret.ts';
import { generated } from './generated.ts';
import { mirror } from './mirror.ts';

const READERS = [
  'argocd',
  'certificates',
  'crossplane',
  'infrastructure',
  'dns',
  'monitoring',
  'pgbouncer',
  'messaging',
  'application',
] as const;

/** The store of this cloud, the internal certificate authority, and the secrets that no component owns. */
export const secrets: KustomizeComponent = {
  kind: 'kustomize',
  path: 'secrets',
  namespace: NAMESPACES.secrets,
  project: 'security',
  wave: 'secrets',
  build(scope, cluster) {
    store(scope, cluster);
    certificateAuthority(scope, cluster);
    repository(scope, cluster);
    monitoring(scope, cluster);
    generated(scope, cluster);
    if (cluster.platform.link.owner === cluster.cloud) mirror(scope, cluster);
    return [];
  },
};

/** One store a cluster, reached by the operator's own cloud identity: no key is kept anywhere. */
function store(scope: Chart, cluster: Cluster): void {
  const { aws, gcp } = cluster.platform;
  customResource(scope, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterSecretStore',
    name: SECRET_STORE,
    spec: {
      conditions: [{ namespaces: READERS.map((role) => NAMESPACES[role]) }],
      provider: byCloud<object>(cluster, {
        aws: () => ({ aws: { service: 'SecretsManager', region: aws.region } }),
        gcp: () => ({
          gcpsm: {
            projectID: gcp.project,
            auth: {
              workloadIdentity: {
                clusterLocation: gcp.region,
                clusterName: gcp.kubernetes.name,
                serviceAccountRef: { name: 'external-secrets', namespace: NAMESPACES.secrets },
              },
            },
          },
        }),
      }),
    },
  });
}

/** Both clusters sign with the same authority, so that each trusts the other's messaging across the link. */
function certificateAuthority(scope: Chart, cluster: Cluster): void {
  externalSecret(scope, cluster, {
    name: 'internal-ca',
    namespace: NAMESPACES.certificates,
    remote: 'internal-ca',
    keys: { 'tls.crt': 'certificate', 'tls.key': 'key' },
    type: 'kubernetes.io/tls',
  });
  customResource(scope, {
    apiVersion: 'cert-manager.io/v1',
    kind: 'ClusterIssuer',
    name: INTERNAL_ISSUER,
    spec: { ca: { secretName: 'internal-ca' } },
  });
}

/** Argo CD's access to the GitOps repository, and external-dns' to the Cloudflare zone. */
function repository(scope: Chart, cluster: Cluster): void {
  externalSecret(scope, cluster, {
    name: 'gitops-repository',
    namespace: NAMESPACES.argocd,
    remote: 'gitops',
    keys: { username: 'username', password: 'password' },
    labels: { 'argocd.argoproj.io/secret-type': 'repository' },
    template: { type: 'git', url: cluster.platform.gitops.repository, username: '{{ .username }}', password: '{{ .password }}' },
  });
  externalSecret(scope, cluster, { name: 'cloudflare', namespace: NAMESPACES.dns, remote: 'cloudflare-dns', keys: { token: 'token' } });
}

function monitoring(scope: Chart, cluster: Cluster): void {
  externalSecret(scope, cluster, {
    name: 'postgres-exporter',
    namespace: NAMESPACES.monitoring,
    remote: 'database',
    keys: { password: 'monitorPassword', 'ca.crt': 'certificateAuthority' },
  });
  externalSecret(scope, cluster, {
    name: 'redis-exporter',
    namespace: NAMESPACES.monitoring,
    remote: 'cache',
    keys: { password: 'token', 'ca.crt': 'certificateAuthority' },
  });
  externalSecret(scope, cluster, {
    name: 'grafana-admin',
    namespace: NAMESPACES.monitoring,
    remote: 'grafana',
    keys: { username: 'username', password: 'password' },
  });
}

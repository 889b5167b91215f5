import type { Chart } from 'cdk8s';
import type { Cluster } from '../../cluster.ts';
import { NAMESPACES } from '../../names.ts';
import { remoteKey, remoteSecrets } from '../../secrets/external-secret.ts';
import { type Managed, managed } from '../managed.ts';
import { named } from '../names.ts';

/** The service account of the Google providers, in both clusters. */
export const PROVIDER_ACCOUNT = 'provider-gcp';

interface Identity {
  readonly displayName: string;
  readonly roles: readonly string[];
  /** The Kubernetes service account that acts as it: of this cluster, or of the AWS cluster. */
  readonly from?: { readonly cluster: 'gcp' | 'aws'; readonly subject: string };
}

/** Service accounts by their name in the project. */
function identitiesOf(cluster: Cluster): Record<string, Identity> {
  return {
    [named(cluster, 'nodes')]: { displayName: 'GKE nodes', roles: ['container.defaultNodeServiceAccount', 'artifactregistry.reader'] },
    'external-secrets': {
      displayName: 'External Secrets',
      roles: [],
      from: { cluster: 'gcp', subject: `${NAMESPACES.secrets}/external-secrets` },
    },
    'stackdriver-exporter': {
      displayName: 'Metrics of Cloud Monitoring',
      roles: ['monitoring.viewer'],
      from: { cluster: 'gcp', subject: `${NAMESPACES.monitoring}/stackdriver-exporter` },
    },
    crossplane: {
      displayName: 'Crossplane in GKE',
      roles: [
        'cloudkms.admin',
        'cloudsql.admin',
        'compute.networkAdmin',
        'compute.securityAdmin',
        'container.admin',
        'dns.admin',
        'iam.serviceAccountAdmin',
        'iam.serviceAccountUser',
        'monitoring.editor',
        'redis.admin',
        'resourcemanager.projectIamAdmin',
        'secretmanager.admin',
        'servicenetworking.networksAdmin',
        'serviceusage.serviceUsageAdmin',
      ],
      from: { cluster: 'gcp', subject: `${NAMESPACES.crossplane}/${PROVIDER_ACCOUNT}` },
    },
    'crossplane-from-aws': {
      displayName: 'Crossplane in EKS: the link',
      roles: ['compute.networkAdmin', 'cloudsql.viewer'],
      from: { cluster: 'aws', subject: `${NAMESPACES.crossplane}:${PROVIDER_ACCOUNT}` },
    },
    'secrets-from-aws': {
      displayName: 'External Secrets in EKS: one set of credentials',
      roles: [],
      from: { cluster: 'aws', subject: `${NAMESPACES.secrets}:secrets-mirror` },
    },
  };
}

/** Who reads and writes the secrets of this environment. */
const SECRET_USERS = ['external-secrets', 'secrets-from-aws'];

/** To read a value, to add one, and to see the labels that allow it. */
const SECRET_ROLES = ['secretAccessor', 'secretVersionManager', 'viewer'];

export function email(cluster: Cluster, account: string): string {
  return `${account}@${cluster.platform.gcp.project}.iam.gserviceaccount.com`;
}

/** The identity pool that believes the EKS cluster's tokens. */
export function federationPool({ platform: { gcp } }: Cluster): string {
  return `projects/${gcp.projectNumber}/locations/global/workloadIdentityPools/${gcp.federation.pool}`;
}

/** The audience that a token of the EKS cluster must carry. */
export function federationAudience(cluster: Cluster): string {
  return `//iam.googleapis.com/${federationPool(cluster)}/providers/${cluster.platform.gcp.federation.provider}`;
}

export function identities(scope: Chart, cluster: Cluster): void {
  const { project } = cluster.platform.gcp;
  const add = (resource: Managed): void => managed(scope, cluster, resource);
  for (const [account, identity] of Object.entries(identitiesOf(cluster))) {
    add({ kind: 'cloudplatform/ServiceAccount', name: account, wave: -20, forProvider: { project, displayName: identity.displayName } });
    for (const role of identity.roles)
      add({
        kind: 'cloudplatform/ProjectIAMMember',
        name: `${account}-${role.toLowerCase().replace('.', '-')}`,
        wave: -19,
        forProvider: { project, role: `roles/${role}`, member: `serviceAccount:${email(cluster, account)}` },
      });
    if (identity.from)
      add({
        kind: 'cloudplatform/ServiceAccountIAMMember',
        name: account,
        wave: -19,
        forProvider: {
          serviceAccountIdRef: { name: account },
          role: 'roles/iam.workloadIdentityUser',
          member:
            identity.from.cluster === 'gcp'
              ? `serviceAccount:${project}.svc.id.goog[${identity.from.subject}]`
              : `principal://iam.googleapis.com/${federationPool(cluster)}/subject/system:serviceaccount:${identity.from.subject}`,
        },
      });
  }
}

/** The containers of the secrets, and who may read and write each; nobody else may. */
export function secretContainers(scope: Chart, cluster: Cluster, keyName: string): void {
  const { region, project } = cluster.platform.gcp;
  for (const secret of remoteSecrets(cluster)) {
    const name = remoteKey(cluster, secret);
    managed(scope, cluster, {
      kind: 'secretmanager/Secret',
      name,
      wave: -15,
      forProvider: {
        project,
        deletionProtection: true,
        // External Secrets writes only into what carries this label.
        labels: { environment: cluster.platform.name, 'managed-by': 'external-secrets' },
        replication: { userManaged: { replicas: [{ location: region, customerManagedEncryption: { kmsKeyName: keyName } }] } },
      },
    });
    for (const account of SECRET_USERS)
      for (const role of SECRET_ROLES)
        managed(scope, cluster, {
          kind: 'secretmanager/SecretIAMMember',
          name: `${name}-${account}-${role.toLowerCase()}`,
          wave: -14,
          forProvider: {
            project,
            secretIdRef: { name },
            role: `roles/secretmanager.${role}`,
            member: `serviceAccount:${email(cluster, account)}`,
          },
        });
  }
}

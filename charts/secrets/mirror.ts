import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { otherCloud } from '../../environments/platform.ts';
import { byCloud, type Cluster } from '../cluster.ts';
import { customResource } from '../custom-resource.ts';
import { roleArn } from '../infrastructure/aws/policies.ts';
import { email, federationAudience } from '../infrastructure/gcp/identities.ts';
import { named } from '../infrastructure/names.ts';
import { NAMESPACES } from '../names.ts';
import { externalSecret, remoteKey, sharedSecrets } from './external-secret.ts';
import { pushSecret } from './push-secret.ts';

const OTHER_STORE = 'other-cloud-secrets';
const ACCOUNT = { name: 'secrets-mirror', namespace: NAMESPACES.secrets };

/**
 * One set of credentials: the owner of the link copies its manager's secrets to the other cloud's, so that a
 * promoted database knows the passwords that its clients use. Reached by federated identity, without a stored key.
 */
export function mirror(scope: Chart, cluster: Cluster): void {
  const there: Cluster = { ...cluster, cloud: otherCloud(cluster.cloud) };
  otherStore(scope, cluster, there);
  for (const secret of sharedSecrets(cluster)) {
    const name = `mirror-${secret}`;
    externalSecret(scope, cluster, { name, namespace: NAMESPACES.infrastructure, remote: secret });
    pushSecret(scope, { name, secret: name, store: OTHER_STORE, remoteKey: remoteKey(there, secret) });
  }
}

function otherStore(scope: Chart, cluster: Cluster, there: Cluster): void {
  const { aws, gcp } = cluster.platform;
  new k8s.KubeServiceAccount(scope, 'mirror-account', {
    metadata: {
      ...ACCOUNT,
      ...byCloud(cluster, {
        aws: () => ({}),
        gcp: () => ({ annotations: { 'eks.amazonaws.com/role-arn': roleArn(there, named(there, 'secrets-from-gcp')) } }),
      }),
    },
    automountServiceAccountToken: false,
  });
  customResource(scope, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterSecretStore',
    name: OTHER_STORE,
    spec: {
      conditions: [{ namespaces: [NAMESPACES.infrastructure] }],
      provider: byCloud<object>(cluster, {
        aws: () => ({
          gcpsm: {
            projectID: gcp.project,
            auth: {
              workloadIdentityFederation: {
                audience: federationAudience(cluster),
                serviceAccountRef: { ...ACCOUNT, audiences: [federationAudience(cluster)] },
                gcpServiceAccountEmail: email(cluster, 'secrets-from-aws'),
              },
            },
          },
        }),
        gcp: () => ({ aws: { service: 'SecretsManager', region: aws.region, auth: { jwt: { serviceAccountRef: ACCOUNT } } } }),
      }),
    },
  });
}

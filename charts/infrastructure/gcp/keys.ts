import type { Chart } from 'cdk8s';
import type { Cluster } from '../../cluster.ts';
import { type Managed, managed } from '../managed.ts';
import { baseName, named, tags } from '../names.ts';

/** Each key and the service agent that encrypts with it. Source: Google Cloud, service agents. */
const AGENTS = {
  gke: 'container-engine-robot',
  sql: 'gcp-sa-cloud-sql',
  redis: 'cloud-redis',
  secrets: 'gcp-sa-secretmanager',
} as const;

type KeyUse = keyof typeof AGENTS;

/** The key's full name, which the fields that take a key want as a literal. */
export function keyName(cluster: Cluster, use: KeyUse): string {
  const { project, region } = cluster.platform.gcp;
  return `projects/${project}/locations/${region}/keyRings/${baseName(cluster)}/cryptoKeys/${named(cluster, use)}`;
}

/** Keys, and the grants of the service agents in a wave of their own: a store created before its grant fails for good. */
export function keys(scope: Chart, cluster: Cluster): void {
  const { region, projectNumber } = cluster.platform.gcp;
  const name = baseName(cluster);
  const add = (resource: Managed): void => managed(scope, cluster, resource);
  add({ kind: 'kms/KeyRing', name, wave: -22, forProvider: { location: region } });
  for (const [use, agent] of Object.entries(AGENTS)) {
    const key = named(cluster, use);
    add({
      kind: 'kms/CryptoKey',
      name: key,
      wave: -21,
      forProvider: {
        keyRingRef: { name },
        purpose: 'ENCRYPT_DECRYPT',
        rotationPeriod: '7776000s',
        destroyScheduledDuration: '2592000s',
        labels: tags(cluster, key),
      },
    });
    add({
      kind: 'kms/CryptoKeyIAMMember',
      name: key,
      wave: -20,
      forProvider: {
        cryptoKeyIdRef: { name: key },
        role: 'roles/cloudkms.cryptoKeyEncrypterDecrypter',
        member: `serviceAccount:service-${projectNumber}@${agent}.iam.gserviceaccount.com`,
      },
    });
  }
}

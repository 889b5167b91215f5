import { CLOUDFLARE_RANGES } from '../../addresses.ts';
import type { KustomizeComponent } from '../../component.ts';
import { NAMESPACES } from '../../names.ts';
import { generatedSecret } from '../generated.ts';
import { PASSWORDS } from '../names.ts';
import { kubernetesCluster } from './cluster.ts';
import { names } from './dns.ts';
import { identities, secretContainers } from './identities.ts';
import { keyName, keys } from './keys.ts';
import { monitoring } from './monitoring.ts';
import { firewall, network, originGuard, services } from './network.ts';
import { cache, database } from './stores.ts';

/** Everything in Google Cloud that one environment needs; the GKE cluster manages it, itself included. */
export const gcpInfrastructure: KustomizeComponent = {
  kind: 'kustomize',
  path: 'infrastructure/gcp',
  namespace: NAMESPACES.infrastructure,
  project: 'infrastructure',
  wave: 'infrastructure',
  build(scope, cluster) {
    generatedSecret(scope, { name: PASSWORDS.database });
    for (const part of [services, keys, identities, network, firewall, kubernetesCluster, database, cache, monitoring, names])
      part(scope, cluster);
    originGuard(scope, cluster, CLOUDFLARE_RANGES);
    secretContainers(scope, cluster, keyName(cluster, 'secrets'));
    return [];
  },
};

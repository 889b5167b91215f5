import type { KustomizeComponent } from '../../component.ts';
import { NAMESPACES } from '../../names.ts';
import { generatedSecret } from '../generated.ts';
import { PASSWORDS } from '../names.ts';
import { clusterExtras } from './cluster.ts';
import { names } from './dns.ts';
import { identities } from './identities.ts';
import { monitoring } from './monitoring.ts';
import { network } from './network.ts';
import { securityGroups } from './security.ts';
import { cache, database, keys, secretContainers } from './stores.ts';

/** Everything in AWS that one environment needs; the EKS cluster manages it, itself included. */
export const awsInfrastructure: KustomizeComponent = {
  kind: 'kustomize',
  path: 'infrastructure/aws',
  namespace: NAMESPACES.infrastructure,
  project: 'infrastructure',
  wave: 'infrastructure',
  build(scope, cluster) {
    generatedSecret(scope, { name: PASSWORDS.database });
    generatedSecret(scope, { name: PASSWORDS.cacheToken });
    for (const part of [identities, keys, network, securityGroups, monitoring, clusterExtras, database, cache, secretContainers, names])
      part(scope, cluster);
    return [];
  },
};

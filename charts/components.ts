import { delivery } from './addons/delivery.ts';
import { observers } from './addons/observers.ts';
import { operators } from './addons/operators.ts';
import { admission } from './admission/admission.ts';
import { application } from './application/application.ts';
import { argocd } from './argocd/argocd.ts';
import { cacheBus } from './cache-bus/cache-bus.ts';
import { byCloud, type Cluster } from './cluster.ts';
import type { Component, KustomizeComponent } from './component.ts';
import { awsInfrastructure } from './infrastructure/aws/aws.ts';
import { configs } from './infrastructure/configs.ts';
import { edge } from './infrastructure/edge/edge.ts';
import { gcpInfrastructure } from './infrastructure/gcp/gcp.ts';
import { link } from './infrastructure/link/link.ts';
import { providers } from './infrastructure/providers.ts';
import { NAMESPACES } from './names.ts';
import { namespaces } from './namespaces/namespaces.ts';
import { pgbouncer } from './pgbouncer/pgbouncer.ts';
import { secrets } from './secrets/secrets.ts';

/** Everything one cluster runs, each deployed by an Application of its own, and the folder that holds those. */
export function componentsOf(cluster: Cluster): readonly Component[] {
  const deployed: readonly Component[] = [
    namespaces,
    ...delivery(cluster),
    ...operators(cluster),
    ...observers(cluster),
    providers,
    configs,
    byCloud(cluster, { aws: () => awsInfrastructure, gcp: () => gcpInfrastructure }),
    link,
    edge,
    admission,
    secrets,
    cacheBus,
    pgbouncer,
    application,
  ];
  const applications: KustomizeComponent = {
    kind: 'kustomize',
    path: 'argocd',
    namespace: NAMESPACES.argocd,
    project: 'platform',
    wave: 'foundation',
    build(scope) {
      argocd(scope, cluster, deployed);
      return [];
    },
  };
  return [applications, ...deployed];
}

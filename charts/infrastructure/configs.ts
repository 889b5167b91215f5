import { byCloud } from '../cluster.ts';
import type { KustomizeComponent } from '../component.ts';
import { customResource } from '../custom-resource.ts';
import { NAMESPACES } from '../names.ts';
import { KEPT } from '../sync-options.ts';
import { kubernetesCluster } from './aws/cluster.ts';
import { privateNames as awsNames } from './aws/dns.ts';
import { roleArn } from './aws/policies.ts';
import { cacheStore } from './aws/stores.ts';
import { composition } from './composition.ts';
import { globalTraffic } from './edge/edge.ts';
import { privateNames as gcpNames } from './gcp/dns.ts';
import { alertRouting } from './gcp/monitoring.ts';
import { KINDS } from './kinds.ts';
import { crossCloudLink } from './link/link.ts';
import { CLOUDFLARE_SECRET, named } from './names.ts';
import { FEDERATION } from './providers.ts';

/** How providers log in, and the compositions. */
export const configs: KustomizeComponent = {
  kind: 'kustomize',
  path: 'infrastructure/configs',
  namespace: NAMESPACES.infrastructure,
  project: 'infrastructure',
  wave: 'configs',
  build(scope, cluster) {
    const { gcp } = cluster.platform;
    const kind = 'ClusterProviderConfig';
    const annotations = KEPT;
    customResource(scope, {
      apiVersion: 'aws.m.upbound.io/v1beta1',
      kind,
      name: 'aws',
      annotations,
      spec: {
        credentials: byCloud<object>(cluster, {
          aws: () => ({ source: 'PodIdentity' }),
          gcp: () => ({
            source: 'WebIdentity',
            webIdentity: {
              roleARN: roleArn({ ...cluster, cloud: 'aws' }, named({ ...cluster, cloud: 'aws' }, 'crossplane-from-gcp')),
              roleSessionName: 'crossplane',
              tokenConfig: { source: 'Filesystem', fs: { path: FEDERATION.token } },
            },
          }),
        }),
      },
    });
    customResource(scope, {
      apiVersion: 'gcp.m.upbound.io/v1beta1',
      kind,
      name: 'gcp',
      annotations,
      spec: {
        projectID: gcp.project,
        credentials: byCloud<object>(cluster, {
          aws: () => ({ source: 'Filesystem', fs: { path: FEDERATION.google } }),
          gcp: () => ({ source: 'InjectedIdentity' }),
        }),
      },
    });
    customResource(scope, {
      apiVersion: `${KINDS['load/Balancer'].group.slice('load.'.length)}/v1beta1`,
      kind,
      name: 'cloudflare',
      annotations,
      spec: {
        credentials: {
          source: 'Secret',
          secretRef: { namespace: NAMESPACES.crossplane, name: CLOUDFLARE_SECRET, key: 'credentials' },
        },
      },
    });
    const own = byCloud(cluster, {
      aws: () => [kubernetesCluster(cluster), cacheStore(cluster), awsNames(cluster)],
      gcp: () => [alertRouting(cluster), gcpNames(cluster)],
    });
    for (const composite of [...own, crossCloudLink(cluster), globalTraffic(cluster)]) composition(scope, cluster, composite);
    return [];
  },
};

import { CLOUDS, type Cloud } from '../../../environments/platform.ts';
import { originName } from '../../application/origin.ts';
import type { Cluster } from '../../cluster.ts';
import type { KustomizeComponent } from '../../component.ts';
import { NAMESPACES } from '../../names.ts';
import { externalSecret } from '../../secrets/external-secret.ts';
import { type Composed, type Composite, composite } from '../composition.ts';
import { watched } from '../link/link.ts';
import { idOf, managed } from '../managed.ts';
import { CLOUDFLARE_SECRET, named } from '../names.ts';

const poolField = (cloud: Cloud): string => `${cloud}Pool`;
const monitorField = (cloud: Cloud): string => `${cloud}Monitor`;

/**
 * The load balancer of Cloudflare. What a runbook changes in an emergency (a pool's enabled, the steering, the
 * weights, the fallback pool) is set at creation and then left alone. Ids come from Cloudflare: wired by composition.
 */
export function globalTraffic(cluster: Cluster): Composite {
  const { platform, cloud } = cluster;
  const resources = [...CLOUDS.flatMap((side) => origin(cluster, side)), balancer(cluster), notification(cluster)];
  return {
    kind: 'GlobalTraffic',
    name: named(cluster, 'edge'),
    description: 'A Cloudflare load balancer over one pool in each cloud.',
    wave: 0,
    resources:
      platform.link.owner === cloud
        ? resources
        : resources.filter((resource) => idOf(platform, resource.kind, resource.name) !== undefined).map(watched),
  };
}

/** Names are the same in both clusters: what one manages, the other watches. */
function edgeName({ platform }: Cluster, suffix?: string): string {
  return suffix ? `crm-${platform.name}-${suffix}` : `crm-${platform.name}`;
}

function origin(cluster: Cluster, cloud: Cloud): Composed[] {
  const { traffic } = cluster.platform;
  const { monitor } = traffic;
  const name = edgeName(cluster, cloud);
  const host = [traffic.hostname];
  return [
    {
      step: `${cloud}-monitor`,
      kind: 'load/BalancerMonitor',
      name,
      forProvider: {
        accountId: traffic.account,
        description: name,
        type: 'https',
        method: 'GET',
        path: monitor.path,
        port: 443,
        expectedCodes: '200',
        interval: Math.round(monitor.interval),
        timeout: Math.round(monitor.timeout),
        retries: monitor.retries,
        consecutiveDown: monitor.consecutiveDown,
        consecutiveUp: monitor.consecutiveUp,
        followRedirects: false,
        allowInsecure: false,
        header: { Host: host },
        // With the settings of the zone, or the checks would come without the client certificate.
        ...(traffic.originPulls ? { probeZone: traffic.zone } : {}),
      },
      exports: { [monitorField(cloud)]: 'id' },
    },
    {
      step: `${cloud}-pool`,
      kind: 'load/BalancerPool',
      name,
      forProvider: {
        accountId: traffic.account,
        name,
        description: `Origin in ${cloud.toUpperCase()}`,
        minimumOrigins: 1,
        ...(monitor.regions.includes('ALL') ? {} : { checkRegions: [...monitor.regions] }),
        originSteering: { policy: 'random' },
        origins: [{ name: cloud, address: originName({ ...cluster, cloud }), enabled: true, weight: 1, header: { host } }],
      },
      initProvider: { enabled: true },
      needs: { 'forProvider.monitor': monitorField(cloud) },
      exports: { [poolField(cloud)]: 'id' },
    },
  ];
}

const STEERING = { dynamicLatency: 'dynamic_latency', weighted: 'random', off: 'off' } as const;

function balancer(cluster: Cluster): Composed {
  const { traffic, database } = cluster.platform;
  const order: Cloud[] = database.writer === 'aws' ? ['aws', 'gcp'] : ['gcp', 'aws'];
  return {
    step: 'balancer',
    kind: 'load/Balancer',
    name: edgeName(cluster),
    forProvider: {
      zoneId: traffic.zoneId,
      name: traffic.hostname,
      description: edgeName(cluster),
      enabled: true,
      proxied: true,
      // A user stays with one cloud: the other's copy may lag behind what he has just written.
      sessionAffinity: 'cookie',
      sessionAffinityTtl: 1800,
      sessionAffinityAttributes: {
        secure: 'Always',
        samesite: 'Lax',
        zeroDowntimeFailover: traffic.failoverAcrossPools ? 'temporary' : 'none',
      },
      adaptiveRouting: { failoverAcrossPools: traffic.failoverAcrossPools },
    },
    initProvider: { steeringPolicy: STEERING[traffic.steering], ...weights(cluster) },
    needs: {
      ...Object.fromEntries(order.map((cloud, index) => [`forProvider.defaultPools[${index}]`, poolField(cloud)])),
      'initProvider.fallbackPool': poolField(database.writer),
    },
    exports: { balancer: 'id' },
  };
}

/** Weights are keyed by pool id: written once the ids are known, equal until then. */
function weights(cluster: Cluster): object {
  const { shares } = cluster.platform.traffic;
  if (shares === null) return {};
  const known = CLOUDS.flatMap((cloud) => {
    const id = idOf(cluster.platform, 'load/BalancerPool', edgeName(cluster, cloud));
    return id ? [[id, shares[cloud] / 100] as const] : [];
  });
  return {
    randomSteering: { defaultWeight: 0.5, ...(known.length === CLOUDS.length ? { poolWeights: Object.fromEntries(known) } : {}) },
  };
}

/** Somebody is told when a pool becomes unhealthy, and when it is well again. */
function notification(cluster: Cluster): Composed {
  const { traffic, alerts } = cluster.platform;
  return {
    step: 'notification',
    kind: 'notification/Policy',
    name: edgeName(cluster),
    forProvider: {
      accountId: traffic.account,
      name: `${edgeName(cluster)} pool health`,
      description: 'A pool of the CRM changed its health',
      enabled: true,
      alertType: 'load_balancing_health_alert',
      mechanisms: { email: [{ id: alerts.email }] },
      filters: { newHealth: ['Unhealthy', 'Healthy'], eventSource: ['pool'] },
    },
    needs: Object.fromEntries(CLOUDS.map((cloud, index) => [`forProvider.filters.poolId[${index}]`, poolField(cloud)])),
  };
}

/** Settings of the whole zone: TLS to the origin is verified, old TLS is refused, origins see Cloudflare's certificate. */
function zoneSettings(cluster: Cluster): Record<string, string> {
  return {
    ssl: 'strict',
    min_tls_version: '1.2',
    always_use_https: 'on',
    ...(cluster.platform.traffic.originPulls ? { tls_client_auth: 'on' } : {}),
  };
}

export const edge: KustomizeComponent = {
  kind: 'kustomize',
  path: 'infrastructure/edge',
  namespace: NAMESPACES.infrastructure,
  project: 'infrastructure',
  wave: 'link',
  build(scope, cluster) {
    const { platform, cloud } = cluster;
    externalSecret(scope, cluster, {
      name: CLOUDFLARE_SECRET,
      namespace: NAMESPACES.crossplane,
      remote: 'cloudflare-api',
      keys: { token: 'token' },
      template: { credentials: '{"api_token": {{ .token | toJson }}}' },
    });
    composite(scope, globalTraffic(cluster));
    if (platform.link.owner === cloud && platform.traffic.ownsZone)
      for (const [settingId, value] of Object.entries(zoneSettings(cluster)))
        managed(scope, cluster, {
          kind: 'zone/Setting',
          name: edgeName(cluster, settingId.replaceAll('_', '-')),
          forProvider: { zoneId: platform.traffic.zoneId, settingId, value },
        });
    return [];
  },
};

import type { Chart } from 'cdk8s';
import type { Cluster } from '../../cluster.ts';
import { type Composed, type Composite, composite } from '../composition.ts';
import { type Managed, managed } from '../managed.ts';
import { baseName, named, tags } from '../names.ts';

/** Google gives the stores their addresses; the records wait for them. */
export function privateNames(cluster: Cluster): Composite {
  const { gcp } = cluster.platform;
  const observed = { externalName: baseName(cluster), observed: true, forProvider: { project: gcp.project, region: gcp.region } };
  const pointing = (zone: string, host: string, field: string): Composed => ({
    step: `${zone}-record`,
    ...record(cluster, zone, host, []),
    needs: { 'forProvider.rrdatas[0]': field },
  });
  return {
    kind: 'NameResolution',
    name: named(cluster, 'names'),
    description: 'The addresses of Cloud SQL and Memorystore, under the names that clients verify.',
    wave: 5,
    resources: [
      {
        step: 'database',
        kind: 'sql/DatabaseInstance',
        name: named(cluster, 'names-cloudsql'),
        ...observed,
        exports: { databaseAddress: 'privateIpAddress' },
      },
      { step: 'cache', kind: 'redis/Instance', name: named(cluster, 'names-redis'), ...observed, exports: { cacheAddress: 'host' } },
      pointing('cloudsql', gcp.database.host, 'databaseAddress'),
      pointing('redis', gcp.cache.host, 'cacheAddress'),
    ],
  };
}

function record(cluster: Cluster, zone: string, host: string, addresses: readonly string[]): Managed {
  return {
    kind: 'dns/RecordSet',
    name: named(cluster, zone),
    wave: -14,
    forProvider: {
      project: cluster.platform.gcp.project,
      managedZoneRef: { name: named(cluster, zone) },
      name: `${host}.`,
      type: 'A',
      ttl: 60,
      ...(addresses.length > 0 ? { rrdatas: [...addresses] } : {}),
    },
  };
}

/** Zones that only this network sees, one a name, so that no other name of its parent is hidden. */
export function names(scope: Chart, cluster: Cluster): void {
  const { aws, gcp } = cluster.platform;
  const hosts = {
    'nats-aws': aws.messaging.leafnodeHost,
    'nats-gcp': gcp.messaging.leafnodeHost,
    cloudsql: gcp.database.host,
    redis: gcp.cache.host,
  };
  for (const [suffix, host] of Object.entries(hosts))
    managed(scope, cluster, {
      kind: 'dns/ManagedZone',
      name: named(cluster, suffix),
      wave: -15,
      forProvider: {
        project: gcp.project,
        dnsName: `${host}.`,
        description: 'Resolves inside the network only',
        visibility: 'private',
        privateVisibilityConfig: { networks: [{ networkUrlRef: { name: baseName(cluster) } }] },
        labels: tags(cluster, suffix),
      },
    });
  managed(scope, cluster, record(cluster, 'nats-aws', hosts['nats-aws'], aws.messaging.leafnodeAddresses));
  managed(scope, cluster, record(cluster, 'nats-gcp', hosts['nats-gcp'], gcp.messaging.leafnodeAddresses));
  composite(scope, privateNames(cluster));
}

import type { Chart } from 'cdk8s';
import type { Cluster } from '../../cluster.ts';
import type { Composite } from '../composition.ts';
import { type Managed, managed } from '../managed.ts';
import { baseName, named, tags } from '../names.ts';

/**
 * Names that resolve inside the VPC: a zone for each, so that no other name of its parent is hidden. The
 * addresses of messaging are fixed; Cloud SQL's is read from Google.
 */
export function privateNames(cluster: Cluster): Composite {
  const { gcp } = cluster.platform;
  return {
    kind: 'NameResolution',
    name: named(cluster, 'names'),
    description: 'The address of the other cloud’s database, under the name its certificate carries.',
    wave: 5,
    resources: [
      {
        step: 'database',
        kind: 'sql/DatabaseInstance',
        name: named(cluster, 'names-cloudsql'),
        externalName: gcp.kubernetes.name,
        observed: true,
        forProvider: { region: gcp.region, project: gcp.project },
        exports: { databaseAddress: 'privateIpAddress' },
      },
      {
        step: 'database-record',
        ...record(cluster, 'cloudsql', gcp.database.host, []),
        needs: { 'forProvider.records[0]': 'databaseAddress' },
      },
    ],
  };
}

function record(cluster: Cluster, zone: string, host: string, records: readonly string[]): Managed {
  return {
    kind: 'route53/Record',
    name: named(cluster, zone),
    wave: -14,
    forProvider: {
      zoneIdRef: { name: named(cluster, zone) },
      name: host,
      type: 'A',
      ttl: 60,
      ...(records.length > 0 ? { records: [...records] } : {}),
    },
  };
}

export function names(scope: Chart, cluster: Cluster): void {
  const { aws, gcp } = cluster.platform;
  const hosts = { 'nats-aws': aws.messaging.leafnodeHost, 'nats-gcp': gcp.messaging.leafnodeHost, cloudsql: gcp.database.host };
  for (const [suffix, host] of Object.entries(hosts))
    managed(scope, cluster, {
      kind: 'route53/Zone',
      name: named(cluster, suffix),
      wave: -15,
      forProvider: {
        name: host,
        comment: 'Resolves inside the VPC only',
        vpc: [{ vpcIdRef: { name: baseName(cluster) }, vpcRegion: aws.region }],
        tags: tags(cluster, named(cluster, suffix)),
      },
    });
  managed(scope, cluster, record(cluster, 'nats-aws', hosts['nats-aws'], aws.messaging.leafnodeAddresses));
  managed(scope, cluster, record(cluster, 'nats-gcp', hosts['nats-gcp'], gcp.messaging.leafnodeAddresses));
}

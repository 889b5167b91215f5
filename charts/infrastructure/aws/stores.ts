import type { Chart } from 'cdk8s';
import { WEEKDAYS } from '../../../environments/schema/either-cloud.ts';
import type { Cluster } from '../../cluster.ts';
import { remoteKey, remoteSecrets } from '../../secrets/external-secret.ts';
import { type Composite, composite } from '../composition.ts';
import { type Managed, managed } from '../managed.ts';
import { baseName, CONNECTIONS, named, PASSWORDS, tags } from '../names.ts';
import { subnetsOf } from './network.ts';
import { keyPolicy } from './policies.ts';

const DAY = 86_400;
const GiB = 2 ** 30;
const MiB = 2 ** 20;

/** Keys by what they encrypt. The cache's and the cluster's stand in their compositions, which need the ARN. */
const KEYS = { database: [], secrets: [], logs: ['logs'], alerts: ['cloudwatch.amazonaws.com'] } as const;

export function keys(scope: Chart, cluster: Cluster): void {
  const { region } = cluster.platform.aws;
  for (const [suffix, services] of Object.entries(KEYS)) {
    const name = named(cluster, suffix);
    managed(scope, cluster, {
      kind: 'kms/Key',
      name,
      wave: -20,
      forProvider: {
        region,
        description: `Encrypts ${suffix} of ${baseName(cluster)}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: keyPolicy(cluster, ...services.map((service) => (service === 'logs' ? `logs.${region}.amazonaws.com` : service))),
        tags: tags(cluster, name),
      },
    });
    managed(scope, cluster, { kind: 'kms/Alias', name, wave: -19, forProvider: { region, targetKeyIdRef: { name } } });
  }
}

/** Settings of PostgreSQL that replication needs; static ones wait for a restart, or they would be applied for ever. */
function parameters({ platform: { aws, database } }: Cluster): { name: string; value: string; applyMethod: string }[] {
  const static_ = (name: string, value: string | number) => ({ name, value: String(value), applyMethod: 'pending-reboot' });
  const dynamic = (name: string, value: string | number) => ({ name, value: String(value), applyMethod: 'immediate' });
  return [
    static_('rds.logical_replication', 1),
    static_('max_wal_senders', database.replication.maxWalSenders),
    static_('max_replication_slots', database.replication.maxReplicationSlots),
    static_('max_connections', aws.database.maxConnections),
    static_('shared_preload_libraries', 'pg_stat_statements'),
    dynamic('max_slot_wal_keep_size', Math.floor(aws.database.slotWalLimit / MiB)),
    dynamic('rds.force_ssl', 1),
    dynamic('password_encryption', 'scram-sha-256'),
    dynamic('idle_in_transaction_session_timeout', 60_000),
    dynamic('log_replication_commands', 1),
  ];
}

/** RDS for PostgreSQL: two zones, encrypted, never deleted. */
export function database(scope: Chart, cluster: Cluster): void {
  const { aws, database: shared } = cluster.platform;
  const { region } = aws;
  const name = baseName(cluster);
  const family = `postgres${shared.majorVersion}`;
  const add = (resource: Managed): void => managed(scope, cluster, resource);
  add({
    kind: 'rds/ParameterGroup',
    name: named(cluster, family),
    wave: -15,
    forProvider: {
      region,
      family,
      description: 'Logical replication to and from the other cloud',
      parameter: parameters(cluster),
      tags: tags(cluster, named(cluster, family)),
    },
  });
  add({
    kind: 'rds/SubnetGroup',
    name,
    wave: -15,
    forProvider: { region, description: 'Private subnets', subnetIdRefs: subnetsOf(cluster, 'private'), tags: tags(cluster, name) },
  });
  const { backupHour, maintenanceDay, maintenanceHour } = aws.database;
  add({
    kind: 'rds/Instance',
    name,
    wave: -10,
    forProvider: {
      region,
      identifier: name,
      engine: 'postgres',
      engineVersion: shared.majorVersion,
      autoMinorVersionUpgrade: true,
      allowMajorVersionUpgrade: false,
      instanceClass: aws.database.instanceClass,
      allocatedStorage: Math.ceil(aws.database.storage / GiB),
      maxAllocatedStorage: Math.ceil(aws.database.maxStorage / GiB),
      storageType: 'gp3',
      storageEncrypted: aws.database.storageEncryption,
      ...(aws.database.storageEncryption ? { kmsKeyIdRef: { name: named(cluster, 'database') } } : {}),
      multiAz: aws.database.multiAz,
      dbName: shared.name,
      port: aws.database.port,
      username: 'tandem_admin',
      passwordSecretRef: { name: PASSWORDS.database, key: 'password' },
      backupRetentionPeriod: Math.floor(aws.database.backupRetention / DAY),
      backupWindow: hourWindow(backupHour),
      maintenanceWindow: `${maintenanceDay}:${hour(maintenanceHour)}-${nextDay(maintenanceDay, maintenanceHour)}:${hour(maintenanceHour + 1)}`,
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: false,
      deletionProtection: aws.database.deletionProtection,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: named(cluster, 'final'),
      parameterGroupNameRef: { name: named(cluster, family) },
      dbSubnetGroupNameRef: { name },
      vpcSecurityGroupIdRefs: [{ name: named(cluster, 'database') }],
      publiclyAccessible: false,
      caCertIdentifier: 'rds-ca-rsa2048-g1',
      performanceInsightsEnabled: true,
      performanceInsightsRetentionPeriod: 7,
      monitoringInterval: 60,
      monitoringRoleArnRef: { name: named(cluster, 'rds-monitoring') },
      enabledCloudwatchLogsExports: ['postgresql', 'upgrade'],
      tags: tags(cluster, name),
    },
  });
}

function hour(value: number): string {
  return `${String(value % 24).padStart(2, '0')}:00`;
}

function hourWindow(start: number): string {
  return `${hour(start)}-${hour(start + 1)}`;
}

function nextDay(day: (typeof WEEKDAYS)[number], start: number): string {
  return start === 23 ? (WEEKDAYS[(WEEKDAYS.indexOf(day) + 1) % 7] as string) : day;
}

/** ElastiCache, wired by composition: it takes the ARN of its key, which a reference would give as an id. */
export function cacheStore(cluster: Cluster): Composite {
  const { region, cache } = cluster.platform.aws;
  const name = named(cluster, 'cache');
  return {
    kind: 'EncryptedCache',
    name,
    description: 'ElastiCache for Redis and the key it is encrypted with.',
    wave: -10,
    resources: [
      ...(cache.atRestEncryption
        ? [
            {
              step: 'key',
              kind: 'kms/Key' as const,
              name,
              forProvider: {
                region,
                description: 'Encrypts the cache',
                enableKeyRotation: true,
                deletionWindowInDays: 30,
                policy: keyPolicy(cluster),
                tags: tags(cluster, name),
              },
              exports: { keyArn: 'arn' },
            },
          ]
        : []),
      {
        step: 'redis',
        kind: 'elasticache/ReplicationGroup',
        name: baseName(cluster),
        forProvider: {
          region,
          description: 'Cache of the CRM',
          engine: 'redis',
          engineVersion: cache.version,
          nodeType: cache.nodeType,
          port: cache.port,
          numCacheClusters: cache.nodes,
          automaticFailoverEnabled: cache.nodes > 1,
          multiAzEnabled: cache.nodes > 1,
          transitEncryptionEnabled: cache.transitEncryption,
          ...(cache.transitEncryption
            ? {
                transitEncryptionMode: 'required',
                authTokenSecretRef: { name: PASSWORDS.cacheToken, key: 'password' },
                authTokenUpdateStrategy: 'ROTATE',
              }
            : {}),
          atRestEncryptionEnabled: String(cache.atRestEncryption),
          autoMinorVersionUpgrade: 'true',
          applyImmediately: false,
          parameterGroupName: name,
          subnetGroupNameRef: { name: baseName(cluster) },
          securityGroupIdRefs: [{ name: named(cluster, 'cache') }],
          snapshotRetentionLimit: 1,
          finalSnapshotIdentifier: named(cluster, 'cache-final'),
          logDeliveryConfiguration: [
            { destination: `/${baseName(cluster)}/redis`, destinationType: 'cloudwatch-logs', logFormat: 'json', logType: 'slow-log' },
          ],
          tags: tags(cluster, name),
        },
        connectionSecret: CONNECTIONS.cache,
        ...(cache.atRestEncryption ? { needs: { 'forProvider.kmsKeyId': 'keyArn' } } : {}),
      },
    ],
  };
}

export function cache(scope: Chart, cluster: Cluster): void {
  const { region, cache: settings } = cluster.platform.aws;
  const name = named(cluster, 'cache');
  managed(scope, cluster, {
    kind: 'elasticache/ParameterGroup',
    name,
    wave: -15,
    forProvider: {
      region,
      name,
      family: 'redis7',
      description: 'Cache of the CRM',
      parameter: [
        { name: 'maxmemory-policy', value: settings.maxmemoryPolicy },
        { name: 'timeout', value: String(Math.round(settings.clientTimeout)) },
        { name: 'tcp-keepalive', value: String(Math.round(settings.tcpKeepalive)) },
        ...settings.parameters.map((parameter) => ({ ...parameter })),
      ],
      tags: tags(cluster, name),
    },
  });
  managed(scope, cluster, {
    kind: 'elasticache/SubnetGroup',
    name: baseName(cluster),
    wave: -15,
    forProvider: { region, description: 'Private subnets', subnetIdRefs: subnetsOf(cluster, 'private'), tags: tags(cluster, name) },
  });
  composite(scope, cacheStore(cluster));
}

/** The containers of the secrets; values come from people or from the cluster, never from Git. */
export function secretContainers(scope: Chart, cluster: Cluster): void {
  const { region } = cluster.platform.aws;
  for (const secret of remoteSecrets(cluster))
    managed(scope, cluster, {
      kind: 'secretsmanager/Secret',
      name: named(cluster, `secret-${secret}`),
      wave: -15,
      forProvider: {
        region,
        name: remoteKey(cluster, secret),
        kmsKeyIdRef: { name: named(cluster, 'secrets') },
        recoveryWindowInDays: 30,
        // External Secrets writes only into what carries this tag.
        tags: { ...tags(cluster, secret), 'managed-by': 'external-secrets' },
      },
    });
}

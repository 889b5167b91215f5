import type { Chart } from 'cdk8s';
import { WEEKDAYS } from '../../../environments/schema/either-cloud.ts';
import type { Cluster } from '../../cluster.ts';
import { type Managed, managed } from '../managed.ts';
import { baseName, CONNECTIONS, named, PASSWORDS, tags } from '../names.ts';
import { keyName } from './keys.ts';

const GiB = 2 ** 30;
const MiB = 2 ** 20;
const DAY = 86_400;

/** Flags of PostgreSQL: publishing is possible from the first day, or a failover would need a restart. */
function flags({ platform: { gcp, database } }: Cluster): { name: string; value: string }[] {
  const flag = (name: string, value: string | number) => ({ name, value: String(value) });
  return [
    ...(gcp.database.logicalDecoding ? [flag('cloudsql.logical_decoding', 'on')] : []),
    flag('max_replication_slots', database.replication.maxReplicationSlots),
    flag('max_wal_senders', database.replication.maxWalSenders),
    flag('max_connections', gcp.database.maxConnections),
    flag('max_slot_wal_keep_size', Math.floor(gcp.database.slotWalLimit / MiB)),
    flag('idle_in_transaction_session_timeout', 60_000),
    flag('log_replication_commands', 'on'),
  ];
}

/** Cloud SQL for PostgreSQL: two zones, a private address alone, restorable to any moment. */
export function database(scope: Chart, cluster: Cluster): void {
  const { gcp, database: shared } = cluster.platform;
  const { database: settings } = gcp;
  const name = baseName(cluster);
  const add = (resource: Managed): void => managed(scope, cluster, resource);
  const days = Math.floor(settings.backupRetention / DAY);
  add({
    kind: 'sql/DatabaseInstance',
    name,
    wave: -10,
    forProvider: {
      project: gcp.project,
      region: gcp.region,
      databaseVersion: `POSTGRES_${shared.majorVersion}`,
      ...(settings.customerManagedKey ? { encryptionKeyName: keyName(cluster, 'sql') } : {}),
      rootPasswordSecretRef: { name: PASSWORDS.database, key: 'password' },
      deletionProtection: settings.deletionProtection,
      settings: {
        edition: settings.edition,
        tier: settings.tier,
        availabilityType: settings.regional ? 'REGIONAL' : 'ZONAL',
        diskType: 'PD_SSD',
        diskSize: Math.ceil(settings.storage / GiB),
        diskAutoresize: true,
        deletionProtectionEnabled: settings.deletionProtection,
        retainBackupsOnDelete: true,
        finalBackupConfig: { enabled: true, retentionDays: 30 },
        backupConfiguration: {
          enabled: true,
          startTime: `${String(settings.backupHour).padStart(2, '0')}:00`,
          pointInTimeRecoveryEnabled: settings.pointInTimeRecovery,
          transactionLogRetentionDays: 7,
          backupRetentionSettings: { retainedBackups: days, retentionUnit: 'COUNT' },
        },
        ipConfiguration: {
          ipv4Enabled: false,
          privateNetworkRef: { name },
          allocatedIpRange: named(cluster, 'services'),
          sslMode: settings.requireTls ? 'ENCRYPTED_ONLY' : 'ALLOW_UNENCRYPTED_AND_ENCRYPTED',
          // One authority for all instances of the region, so that clients can verify the name.
          serverCaMode: 'GOOGLE_MANAGED_CAS_CA',
        },
        databaseFlags: flags(cluster),
        insightsConfig: { queryInsightsEnabled: true, recordApplicationTags: true },
        maintenanceWindow: {
          day: WEEKDAYS.indexOf(settings.maintenanceDay) + 1,
          hour: settings.maintenanceHour,
          updateTrack: 'stable',
        },
        userLabels: tags(cluster, name),
      },
    },
  });
  add({
    kind: 'sql/Database',
    name: shared.name,
    wave: -5,
    forProvider: { project: gcp.project, instanceRef: { name }, deletionPolicy: 'ABANDON' },
  });
}

/** Memorystore for Redis: a replica in another zone, TLS and AUTH, which Google generates. */
export function cache(scope: Chart, cluster: Cluster): void {
  const { gcp } = cluster.platform;
  const { cache: settings } = gcp;
  const name = baseName(cluster);
  managed(scope, cluster, {
    kind: 'redis/Instance',
    name,
    wave: -10,
    connectionSecret: CONNECTIONS.cache,
    forProvider: {
      project: gcp.project,
      region: gcp.region,
      tier: settings.highAvailability ? 'STANDARD_HA' : 'BASIC',
      memorySizeGb: Math.ceil(settings.memory / GiB),
      redisVersion: `REDIS_${settings.version.replace('.', '_')}`,
      connectMode: 'PRIVATE_SERVICE_ACCESS',
      authorizedNetworkRef: { name },
      reservedIpRange: named(cluster, 'services'),
      authEnabled: settings.transitEncryption,
      transitEncryptionMode: settings.transitEncryption ? 'SERVER_AUTHENTICATION' : 'DISABLED',
      ...(settings.customerManagedKey ? { customerManagedKeyRef: { name: named(cluster, 'redis') } } : {}),
      redisConfigs: {
        'maxmemory-policy': settings.maxmemoryPolicy,
        ...Object.fromEntries(settings.parameters.map(({ name: key, value }) => [key, value])),
      },
      deletionProtection: true,
      labels: tags(cluster, name),
    },
  });
}

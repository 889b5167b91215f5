import { formatBytes, formatDuration } from '../../environments/units.ts';
import { byCloud, type Cluster, ownSide } from '../cluster.ts';
import type { HelmComponent } from '../component.ts';
import { email } from '../infrastructure/gcp/identities.ts';
import { NAMESPACES } from '../names.ts';
import { addon, resources } from './addon.ts';

const namespace = NAMESPACES.monitoring;
const serviceMonitor = { enabled: true };

/** Prometheus in each cluster, and the exporters of the stores and the cloud. */
export function observers(cluster: Cluster): HelmComponent[] {
  return [
    prometheus(cluster),
    postgresExporter(cluster),
    redisExporter(cluster),
    blackboxExporter(),
    byCloud(cluster, { aws: () => cloudwatchExporter(cluster), gcp: () => stackdriverExporter(cluster) }),
  ];
}

function prometheus({ platform, cloud }: Cluster): HelmComponent {
  const { monitoring, name } = platform;
  const disk = (size: string) => ({
    volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } } },
  });
  return addon({
    name: 'kube-prometheus-stack',
    namespace,
    values: {
      crds: { enabled: true },
      prometheus: {
        prometheusSpec: {
          replicas: 2,
          externalLabels: { environment: name, cloud },
          scrapeInterval: formatDuration(monitoring.scrapeInterval),
          evaluationInterval: formatDuration(monitoring.scrapeInterval),
          retention: formatDuration(monitoring.retention),
          // Monitors and rules of every namespace, not of this release alone.
          ruleSelectorNilUsesHelmValues: false,
          serviceMonitorSelectorNilUsesHelmValues: false,
          podMonitorSelectorNilUsesHelmValues: false,
          probeSelectorNilUsesHelmValues: false,
          scrapeConfigSelectorNilUsesHelmValues: false,
          resources: resources('500m', '4Gi'),
          storageSpec: disk(formatBytes(monitoring.storage)),
        },
      },
      alertmanager: { alertmanagerSpec: { replicas: 2, storage: disk('2Gi'), resources: resources('20m', '128Mi') } },
      grafana: {
        enabled: monitoring.grafana,
        admin: { existingSecret: 'grafana-admin', userKey: 'username', passwordKey: 'password' },
        defaultDashboardsTimezone: 'utc',
      },
      // Control planes are the clouds' own: there is nothing to scrape.
      kubeControllerManager: { enabled: false },
      kubeEtcd: { enabled: false },
      kubeScheduler: { enabled: false },
      kubeProxy: { enabled: false },
    },
  });
}

function postgresExporter(cluster: Cluster): HelmComponent {
  const { database } = cluster.platform;
  const { host, port } = ownSide(cluster).database;
  return addon({
    name: 'postgres-exporter',
    namespace,
    wave: 'observers',
    values: {
      config: {
        datasource: {
          host,
          port: String(port),
          user: database.monitorRole,
          database: database.name,
          sslmode: 'verify-full',
          passwordSecret: { name: 'postgres-exporter', key: 'password' },
          extraParams: 'sslrootcert=/etc/database-ca/ca.crt',
        },
      },
      extraVolumes: [{ name: 'database-ca', secret: { secretName: 'postgres-exporter', items: [{ key: 'ca.crt', path: 'ca.crt' }] } }],
      extraVolumeMounts: [{ name: 'database-ca', mountPath: '/etc/database-ca', readOnly: true }],
      serviceMonitor,
      resources: resources('20m', '64Mi'),
    },
  });
}

function redisExporter(cluster: Cluster): HelmComponent {
  const { host, port, transitEncryption } = ownSide(cluster).cache;
  return addon({
    name: 'redis-exporter',
    namespace,
    wave: 'observers',
    values: {
      redisAddress: `${transitEncryption ? 'rediss' : 'redis'}://${host}:${port}`,
      auth: { enabled: true, secret: { name: 'redis-exporter', key: 'password' } },
      redisTlsConfig: {
        enabled: transitEncryption,
        skipTlsVerification: false,
        mountPath: '/etc/cache-ca',
        caCertFile: { secret: { name: 'redis-exporter', key: 'ca.crt' } },
      },
      serviceMonitor,
      resources: resources('20m', '64Mi'),
    },
  });
}

function blackboxExporter(): HelmComponent {
  return addon({
    name: 'blackbox-exporter',
    namespace,
    wave: 'observers',
    values: {
      replicas: 2,
      podDisruptionBudget: { maxUnavailable: 1 },
      config: {
        modules: {
          https_2xx: { prober: 'http', timeout: '5s', http: { fail_if_not_ssl: true, preferred_ip_protocol: 'ip4' } },
          tcp_connect: { prober: 'tcp', timeout: '5s' },
        },
      },
      serviceMonitor: { selfMonitor: { enabled: true } },
      resources: resources('20m', '64Mi'),
    },
  });
}

/** Metrics that RDS, ElastiCache and the VPN publish to CloudWatch alone. */
function cloudwatchExporter({ platform }: Cluster): HelmComponent {
  const average = (name: string) => ({ name, statistics: ['Average'], period: 60, length: 300 });
  const job = (type: string, metrics: string[]) => ({
    type,
    regions: [platform.aws.region],
    searchTags: [{ key: 'environment', value: `^${platform.name}$` }],
    metrics: metrics.map(average),
  });
  const config = {
    apiVersion: 'v1alpha1',
    discovery: {
      jobs: [
        job('AWS/RDS', [
          'CPUUtilization',
          'FreeableMemory',
          'FreeStorageSpace',
          'DatabaseConnections',
          'OldestReplicationSlotLag',
          'TransactionLogsDiskUsage',
        ]),
        job('AWS/ElastiCache', ['EngineCPUUtilization', 'DatabaseMemoryUsagePercentage', 'Evictions']),
        job('AWS/VPN', ['TunnelState', 'TunnelDataIn', 'TunnelDataOut']),
      ],
    },
  };
  return addon({
    name: 'cloudwatch-exporter',
    namespace,
    wave: 'observers',
    values: {
      config: JSON.stringify(config, null, 2),
      serviceAccount: { create: true, name: 'cloudwatch-exporter' },
      serviceMonitor,
      resources: resources('20m', '128Mi'),
    },
  });
}

/** Metrics that Cloud SQL, Memorystore and the VPN publish to Cloud Monitoring alone. */
function stackdriverExporter(cluster: Cluster): HelmComponent {
  const { project } = cluster.platform.gcp;
  return addon({
    name: 'stackdriver-exporter',
    namespace,
    wave: 'observers',
    values: {
      stackdriver: {
        projectIds: [project],
        metrics: {
          typePrefixes: [
            'cloudsql.googleapis.com/database',
            'redis.googleapis.com/stats',
            'vpn.googleapis.com',
            'router.googleapis.com/bgp',
          ].join(','),
          interval: '5m',
        },
      },
      serviceAccount: {
        create: true,
        name: 'stackdriver-exporter',
        annotations: { 'iam.gke.io/gcp-service-account': email(cluster, 'stackdriver-exporter') },
      },
      serviceMonitor,
      resources: resources('20m', '64Mi'),
    },
  });
}

import type { Chart } from 'cdk8s';
import type { Cluster } from '../../cluster.ts';
import { type Composed, type Composite, composite } from '../composition.ts';
import { managed } from '../managed.ts';
import { baseName, named, tags } from '../names.ts';

interface Condition {
  readonly name: string;
  readonly title: string;
  /** What to do when it fires. */
  readonly advice: string;
  readonly filter: string;
  readonly aligner: 'ALIGN_MEAN' | 'ALIGN_MIN' | 'ALIGN_MAX' | 'ALIGN_NEXT_OLDER' | 'ALIGN_FRACTION_TRUE';
  readonly reducer?: 'REDUCE_SUM' | 'REDUCE_MEAN' | 'REDUCE_MIN' | 'REDUCE_COUNT_FALSE';
  readonly above?: number;
  readonly below?: number;
  /** Seconds for which it holds. */
  readonly seconds: number;
  readonly critical?: boolean;
}

/** What Cloud Monitoring watches: nodes, database, cache, tunnels and their sessions, and the name that users open. */
function conditions(cluster: Cluster): Condition[] {
  const { gcp } = cluster.platform;
  const name = baseName(cluster);
  const metric = (type: string, resource: string, more = ''): string => `metric.type = "${type}" AND resource.type = "${resource}"${more}`;
  const sql = (type: string): string =>
    metric(`cloudsql.googleapis.com/database/${type}`, 'cloudsql_database', ` AND resource.labels.database_id = "${gcp.project}:${name}"`);
  const redis = (type: string): string =>
    metric(
      `redis.googleapis.com/${type}`,
      'redis_instance',
      ` AND resource.labels.instance_id = "projects/${gcp.project}/locations/${gcp.region}/instances/${name}"`,
    );
  const gke = (type: string): string => metric(`kubernetes.io/${type}`, 'k8s_node', ` AND resource.labels.cluster_name = "${name}"`);
  return [
    {
      name: 'nodes-cpu',
      title: 'GKE: nodes are nearly full',
      advice: 'The autoscaler is at its end: raise gcp.kubernetes.nodes.max.',
      filter: gke('node/cpu/allocatable_utilization'),
      aligner: 'ALIGN_MEAN',
      reducer: 'REDUCE_MEAN',
      above: 0.85,
      seconds: 600,
    },
    {
      name: 'nodes-memory',
      title: 'GKE: memory of a node is nearly full',
      advice: 'Look for a pod without a limit; raise gcp.kubernetes.nodes.max.',
      filter: gke('node/memory/allocatable_utilization'),
      aligner: 'ALIGN_MAX',
      above: 0.9,
      seconds: 600,
    },
    {
      name: 'database-cpu',
      title: 'Cloud SQL: processor',
      advice: 'Look at Query Insights.',
      filter: sql('cpu/utilization'),
      aligner: 'ALIGN_MEAN',
      above: 0.8,
      seconds: 300,
    },
    {
      name: 'database-memory',
      title: 'Cloud SQL: memory',
      advice: 'Look at Query Insights; choose a larger tier.',
      filter: sql('memory/utilization'),
      aligner: 'ALIGN_MEAN',
      above: 0.9,
      seconds: 300,
    },
    {
      name: 'database-disk',
      title: 'Cloud SQL: disk',
      advice: 'A replication slot may hold the write-ahead log: look at pg_replication_slots.',
      filter: sql('disk/utilization'),
      aligner: 'ALIGN_MAX',
      above: 0.85,
      seconds: 300,
      critical: true,
    },
    {
      name: 'database-connections',
      title: `Cloud SQL: more than 85 % of ${gcp.database.maxConnections} connections`,
      advice: 'See which PgBouncer holds them: SHOW POOLS.',
      filter: sql('postgresql/num_backends'),
      aligner: 'ALIGN_MAX',
      reducer: 'REDUCE_SUM',
      above: Math.floor(gcp.database.maxConnections * 0.85),
      seconds: 180,
    },
    {
      name: 'database-up',
      title: 'Cloud SQL: does not answer',
      advice: 'A failover to the other zone takes about a minute. If the region is lost and GCP is the writer, fail over to AWS.',
      filter: sql('up'),
      aligner: 'ALIGN_MIN',
      below: 1,
      seconds: 60,
      critical: true,
    },
    {
      name: 'cache-memory',
      title: 'Memorystore: nearly full',
      advice: 'Raise gcp.cache.memory.',
      filter: redis('stats/memory/usage_ratio'),
      aligner: 'ALIGN_MAX',
      above: 0.9,
      seconds: 300,
    },
    {
      name: 'cache-evictions',
      title: 'Memorystore: evicts many keys',
      advice: 'Raise gcp.cache.memory.',
      filter: redis('stats/evicted_keys'),
      aligner: 'ALIGN_MAX',
      above: 10_000,
      seconds: 300,
    },
    {
      name: 'tunnel-down',
      title: 'Link: a tunnel is down',
      advice: 'One of four: traffic moves to the others. All four: the clouds cannot replicate.',
      filter: metric('vpn.googleapis.com/tunnel_established', 'vpn_gateway'),
      aligner: 'ALIGN_MIN',
      below: 1,
      seconds: 60,
      critical: true,
    },
    {
      name: 'session-down',
      title: 'Link: a BGP session is down',
      advice: 'Compare the addresses of the peers with the tunnels’ inside ranges.',
      filter: metric('router.googleapis.com/bgp/session_up', 'gce_router'),
      aligner: 'ALIGN_MIN',
      below: 1,
      seconds: 60,
      critical: true,
    },
    {
      name: 'uptime',
      title: 'Users: the name they open does not answer',
      advice: 'Look at the pools in Cloudflare.',
      filter: metric(
        'monitoring.googleapis.com/uptime_check/check_passed',
        'uptime_url',
        ` AND resource.labels.host = "${cluster.platform.traffic.hostname}"`,
      ),
      aligner: 'ALIGN_NEXT_OLDER',
      reducer: 'REDUCE_COUNT_FALSE',
      above: 1,
      seconds: 60,
      critical: true,
    },
  ];
}

/** Alert policies take the id of their channel, which Google gives: wired by composition. */
export function alertRouting(cluster: Cluster): Composite {
  const { gcp, alerts } = cluster.platform;
  return {
    kind: 'AlertRouting',
    name: named(cluster, 'alerts'),
    description: 'Alert policies of Cloud Monitoring and the channel they tell.',
    wave: 5,
    resources: [
      {
        step: 'channel',
        kind: 'monitoring/NotificationChannel',
        name: named(cluster, 'oncall'),
        forProvider: {
          project: gcp.project,
          type: 'email',
          displayName: `On call, ${cluster.platform.name}`,
          labels: { email_address: alerts.email },
          userLabels: tags(cluster, 'oncall'),
        },
        exports: { channel: 'name' },
      },
      ...conditions(cluster).map((condition) => alertPolicy(cluster, condition)),
    ],
  };
}

function alertPolicy(cluster: Cluster, condition: Condition): Composed {
  const { name, title, advice, filter, aligner, reducer, above, below, seconds, critical } = condition;
  return {
    step: name,
    kind: 'monitoring/AlertPolicy',
    name: named(cluster, name),
    forProvider: {
      project: cluster.platform.gcp.project,
      displayName: `${title} (${cluster.platform.name})`,
      combiner: 'OR',
      enabled: true,
      severity: critical ? 'CRITICAL' : 'WARNING',
      alertStrategy: { autoClose: '1800s' },
      documentation: { mimeType: 'text/markdown', content: advice },
      conditions: [
        {
          displayName: title,
          conditionThreshold: {
            filter,
            comparison: above === undefined ? 'COMPARISON_LT' : 'COMPARISON_GT',
            thresholdValue: above ?? below ?? 0,
            duration: `${seconds}s`,
            aggregations: [{ alignmentPeriod: '60s', perSeriesAligner: aligner, ...(reducer ? { crossSeriesReducer: reducer } : {}) }],
            trigger: { count: 1 },
          },
        },
      ],
      userLabels: tags(cluster, name),
    },
    needs: { 'forProvider.notificationChannels[0]': 'channel' },
  };
}

export function monitoring(scope: Chart, cluster: Cluster): void {
  const { gcp, traffic, name } = cluster.platform;
  composite(scope, alertRouting(cluster));
  managed(scope, cluster, {
    kind: 'monitoring/UptimeCheckConfig',
    name: baseName(cluster),
    wave: 5,
    forProvider: {
      project: gcp.project,
      displayName: `${traffic.hostname} (${name})`,
      period: '60s',
      timeout: '10s',
      httpCheck: { path: traffic.monitor.path, port: 443, useSsl: true, validateSsl: true, requestMethod: 'GET' },
      monitoredResource: { type: 'uptime_url', labels: { project_id: gcp.project, host: traffic.hostname } },
    },
  });
  managed(scope, cluster, {
    kind: 'monitoring/Dashboard',
    name: baseName(cluster),
    wave: 5,
    forProvider: { project: gcp.project, dashboardJson: dashboard(cluster) },
  });
}

/** One chart a condition, two in a row. */
function dashboard(cluster: Cluster): string {
  const tiles = conditions(cluster).map(({ title, filter, aligner, reducer }, index) => ({
    xPos: (index % 2) * 24,
    yPos: Math.floor(index / 2) * 16,
    width: 24,
    height: 16,
    widget: {
      title,
      xyChart: {
        dataSets: [
          {
            plotType: 'LINE',
            timeSeriesQuery: {
              timeSeriesFilter: {
                filter,
                aggregation: { alignmentPeriod: '60s', perSeriesAligner: aligner, ...(reducer ? { crossSeriesReducer: reducer } : {}) },
              },
            },
          },
        ],
      },
    },
  }));
  return JSON.stringify({ displayName: `CRM, ${cluster.platform.name}`, mosaicLayout: { columns: 48, tiles } });
}

import type { Chart } from 'cdk8s';
import { formatBytes } from '../../../environments/units.ts';
import type { Cluster } from '../../cluster.ts';
import { type Managed, managed } from '../managed.ts';
import { baseName, named, tags } from '../names.ts';
import { policy, roleArn } from './policies.ts';

const GiB = 2 ** 30;

/** ARN of the topic that every alarm of this environment tells. */
export function alertTopic(cluster: Cluster): string {
  const { region, account } = cluster.platform.aws;
  return `arn:aws:sns:${region}:${account}:${named(cluster, 'alerts')}`;
}

interface Alarm {
  readonly name: string;
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Average' | 'Maximum' | 'Minimum' | 'Sum';
  readonly above?: number;
  readonly below?: number;
  /** Minutes for which it holds. */
  readonly minutes: number;
  /** What silence means; a metric that only exists while there is work is silent when all is well. */
  readonly missing?: 'breaching' | 'notBreaching';
}

/** One alarm, told to the topic when it fires and when it ends. */
export function metricAlarm(cluster: Cluster, alarm: Alarm): Managed {
  const topic = alertTopic(cluster);
  return {
    kind: 'cloudwatch/MetricAlarm',
    name: named(cluster, alarm.name),
    wave: 5,
    forProvider: {
      region: cluster.platform.aws.region,
      alarmDescription: alarm.description,
      namespace: alarm.namespace,
      metricName: alarm.metric,
      dimensions: alarm.dimensions,
      statistic: alarm.statistic,
      period: 60,
      evaluationPeriods: alarm.minutes,
      datapointsToAlarm: alarm.minutes,
      comparisonOperator: alarm.above === undefined ? 'LessThanThreshold' : 'GreaterThanThreshold',
      threshold: alarm.above ?? alarm.below ?? 0,
      treatMissingData: alarm.missing ?? 'breaching',
      actionsEnabled: true,
      // A reference would be resolved to a scaling policy.
      alarmActions: [topic],
      okActions: [topic],
      tags: tags(cluster, named(cluster, alarm.name)),
    },
  };
}

/** What is watched in CloudWatch: nodes, database, cache. The tunnels' alarms stand with the link. */
function alarms(cluster: Cluster): Alarm[] {
  const { aws } = cluster.platform;
  const instance = { DBInstanceIdentifier: baseName(cluster) };
  const eks = { ClusterName: baseName(cluster) };
  const rds = (rest: Omit<Alarm, 'namespace' | 'dimensions'>): Alarm => ({ namespace: 'AWS/RDS', dimensions: instance, ...rest });
  const limit = formatBytes(aws.database.slotWalLimit);
  return [
    {
      name: 'eks-failed-nodes',
      description: 'A node of the cluster is not ready',
      namespace: 'ContainerInsights',
      metric: 'cluster_failed_node_count',
      dimensions: eks,
      statistic: 'Maximum',
      above: 0,
      minutes: 5,
    },
    {
      name: 'eks-cpu',
      description: 'The nodes are nearly full: the autoscaler is at its end',
      namespace: 'ContainerInsights',
      metric: 'node_cpu_utilization',
      dimensions: eks,
      statistic: 'Average',
      above: 85,
      minutes: 10,
    },
    rds({
      name: 'database-cpu',
      description: 'Processor of the database',
      metric: 'CPUUtilization',
      statistic: 'Average',
      above: 80,
      minutes: 5,
    }),
    rds({
      name: 'database-memory',
      description: 'Less than 1 GiB of memory is free',
      metric: 'FreeableMemory',
      statistic: 'Minimum',
      below: GiB,
      minutes: 5,
    }),
    rds({
      name: 'database-connections',
      description: `More than 85 % of ${aws.database.maxConnections} connections`,
      metric: 'DatabaseConnections',
      statistic: 'Maximum',
      above: Math.floor(aws.database.maxConnections * 0.85),
      minutes: 3,
    }),
    rds({
      name: 'database-storage',
      description: 'Less than a tenth of the storage is free',
      metric: 'FreeStorageSpace',
      statistic: 'Minimum',
      below: Math.floor(aws.database.storage / 10),
      minutes: 5,
    }),
    // Both are silent while this side is the subscriber.
    rds({
      name: 'database-slot-lag',
      description: `The oldest replication slot holds more than half of ${limit}: at the limit it is given up`,
      metric: 'OldestReplicationSlotLag',
      statistic: 'Maximum',
      above: Math.floor(aws.database.slotWalLimit / 2),
      minutes: 5,
      missing: 'notBreaching',
    }),
    rds({
      name: 'database-wal',
      description: `Write-ahead log takes more than three quarters of ${limit}`,
      metric: 'TransactionLogsDiskUsage',
      statistic: 'Maximum',
      above: Math.floor(aws.database.slotWalLimit * 0.75),
      minutes: 5,
      missing: 'notBreaching',
    }),
    ...Array.from({ length: aws.cache.nodes }, (_, index) => cacheAlarms(cluster, index + 1)).flat(),
  ];
}

/** ElastiCache counts by node, whose ids are the group's with a number. */
function cacheAlarms(cluster: Cluster, node: number): Alarm[] {
  const number = String(node).padStart(3, '0');
  const of = (rest: Pick<Alarm, 'name' | 'description' | 'metric' | 'statistic' | 'above'>): Alarm => ({
    ...rest,
    name: `${rest.name}-${number}`,
    namespace: 'AWS/ElastiCache',
    dimensions: { CacheClusterId: `${baseName(cluster)}-${number}` },
    minutes: 5,
  });
  return [
    of({
      name: 'cache-cpu',
      description: 'Redis has one thread, and it is busy',
      metric: 'EngineCPUUtilization',
      statistic: 'Average',
      above: 80,
    }),
    of({
      name: 'cache-memory',
      description: 'Redis is nearly full',
      metric: 'DatabaseMemoryUsagePercentage',
      statistic: 'Maximum',
      above: 90,
    }),
    of({ name: 'cache-evictions', description: 'Redis evicts many keys a minute', metric: 'Evictions', statistic: 'Sum', above: 10_000 }),
  ];
}

/** Log groups that services write into; made here so that they end, and are encrypted. */
function logGroups(cluster: Cluster): Record<string, string> {
  const name = baseName(cluster);
  return {
    'eks-log': `/aws/eks/${name}/cluster`,
    'database-log': `/aws/rds/instance/${name}/postgresql`,
    'database-upgrade-log': `/aws/rds/instance/${name}/upgrade`,
    'cache-log': `/${name}/redis`,
    'vpn-log': `/${name}/vpn`,
    'flow-log': `/${name}/flow`,
  };
}

export function monitoring(scope: Chart, cluster: Cluster): void {
  const { platform } = cluster;
  const { region, account } = platform.aws;
  const add = (resource: Managed): void => managed(scope, cluster, resource);
  for (const [suffix, group] of Object.entries(logGroups(cluster)))
    add({
      kind: 'cloudwatchlogs/Group',
      name: named(cluster, suffix),
      externalName: group,
      wave: -18,
      forProvider: {
        region,
        kmsKeyIdRef: { name: named(cluster, 'logs') },
        retentionInDays: 30,
        tags: tags(cluster, named(cluster, suffix)),
      },
    });
  add({
    kind: 'ec2/FlowLog',
    name: baseName(cluster),
    wave: -16,
    forProvider: {
      region,
      vpcIdRef: { name: baseName(cluster) },
      trafficType: 'REJECT',
      logDestinationType: 'cloud-watch-logs',
      logDestination: `arn:aws:logs:${region}:${account}:log-group:/${baseName(cluster)}/flow`,
      iamRoleArn: roleArn(cluster, named(cluster, 'flow-logs')),
      tags: tags(cluster, baseName(cluster)),
    },
  });
  const topic = named(cluster, 'alerts');
  add({
    kind: 'sns/Topic',
    name: topic,
    wave: -16,
    forProvider: { region, kmsMasterKeyId: `alias/${topic}`, tags: tags(cluster, topic) },
  });
  add({
    kind: 'sns/TopicPolicy',
    name: topic,
    wave: -15,
    forProvider: {
      region,
      arnRef: { name: topic },
      policy: policy({
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: ['sns:Publish'],
        Resource: alertTopic(cluster),
        Condition: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    },
  });
  add({
    kind: 'sns/TopicSubscription',
    name: named(cluster, 'oncall'),
    wave: -15,
    forProvider: { region, topicArnRef: { name: topic }, protocol: 'email', endpoint: platform.alerts.email },
  });
  const watched = alarms(cluster);
  for (const alarm of watched) add(metricAlarm(cluster, alarm));
  add({
    kind: 'cloudwatch/Dashboard',
    name: baseName(cluster),
    wave: 5,
    forProvider: { region, dashboardBody: dashboard(region, watched) },
  });
}

/** One graph a metric, two in a row. */
function dashboard(region: string, watched: readonly Alarm[]): string {
  const widgets = watched.map((alarm, index) => ({
    type: 'metric',
    x: (index % 2) * 12,
    y: Math.floor(index / 2) * 6,
    width: 12,
    height: 6,
    properties: {
      region,
      title: alarm.description,
      view: 'timeSeries',
      stat: alarm.statistic,
      period: 60,
      metrics: [[alarm.namespace, alarm.metric, ...Object.entries(alarm.dimensions).flat()]],
      annotations: { horizontal: [{ label: 'alarm', value: alarm.above ?? alarm.below }] },
    },
  }));
  return JSON.stringify({ widgets });
}

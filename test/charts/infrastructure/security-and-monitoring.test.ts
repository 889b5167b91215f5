import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Found, Rendered } from './tree.ts';

const test = suite('security and monitoring');
const tree = new Rendered();

const rulesOf = (direction: 'Ingress' | 'Egress', group: string): Found[] =>
  tree
    .all('aws', `ec2/SecurityGroup${direction}Rule`)
    .filter(({ forProvider }) => forProvider.securityGroupIdRef?.name === `crm-production-${group}`);
const peerOf = ({ forProvider, awaits }: Found): string =>
  `${forProvider.cidrIpv4 ?? forProvider.referencedSecurityGroupIdRef?.name ?? forProvider.prefixListIdRef?.name ?? awaits['spec.forProvider.referencedSecurityGroupId']}:${forProvider.fromPort}`;

test('S1: the load balancer reaches the pods on their port, and the rules of EKS stay as they are', () => {
  const rule = tree.one('aws', 'ec2/SecurityGroupIngressRule', 'crm-production-eks-from-alb');
  assert.equal(
    [rule.forProvider.fromPort, rule.forProvider.toPort, rule.forProvider.referencedSecurityGroupIdRef.name],
    [8080, 8080, 'crm-production-alb'],
  );
  assert.is(rule.awaits['spec.forProvider.securityGroupId'], 'nodeGroupId');
  // Nothing else touches the nodes' group, and no group of ours replaces it.
  assert.equal(tree.names('aws', 'ec2/SecurityGroup'), ['crm-production-alb', 'crm-production-cache', 'crm-production-database']);
  assert.is(tree.one('aws', 'ec2/LaunchTemplate', 'crm-production-nodes').forProvider.vpcSecurityGroupIdRefs, undefined);
});

test('S2: RDS admits EKS, GCP’s nodes, pods and private services on 5432; and reaches Cloud SQL alone', () => {
  const ingress = [...rulesOf('Ingress', 'database')].map(peerOf).sort();
  assert.equal(ingress, ['10.20.0.0/20:5432', '10.21.0.0/16:5432', '10.24.0.0/20:5432', 'nodeGroupId:5432']);
  assert.equal(rulesOf('Egress', 'database').map(peerOf), ['10.24.0.0/20:5432']);
});

test('S3: ElastiCache admits EKS and GCP on 6379, and reaches nobody', () => {
  assert.equal(rulesOf('Ingress', 'cache').map(peerOf).sort(), ['10.20.0.0/20:6379', '10.21.0.0/16:6379', 'nodeGroupId:6379']);
  assert.equal(rulesOf('Egress', 'cache'), []);
});

test('every rule has one peer and one port', () => {
  for (const { forProvider, awaits } of [
    ...tree.all('aws', 'ec2/SecurityGroupIngressRule'),
    ...tree.all('aws', 'ec2/SecurityGroupEgressRule'),
  ]) {
    const peers = ['cidrIpv4', 'referencedSecurityGroupIdRef', 'prefixListIdRef'].filter((key) => forProvider[key] !== undefined);
    const awaited = Object.keys(awaits).filter((path) => path.endsWith('referencedSecurityGroupId'));
    assert.is(peers.length + awaited.length, 1);
    assert.is(forProvider.fromPort, forProvider.toPort);
  }
});

test('S4: nothing is rendered for the gateways and for Google’s services, which take no rules; the nodes’ egress is ruled instead', () => {
  assert.ok(!tree.names('aws', 'ec2/SecurityGroup').some((name) => name.includes('vpn')));
  const rules = tree.all('gcp', 'compute/Firewall');
  for (const { forProvider } of rules) assert.not.match(JSON.stringify(forProvider.allow ?? []), /"(500|4500)"|esp/);
  const ingress = rules.filter(({ forProvider }) => forProvider.direction === 'INGRESS');
  assert.ok(ingress.every(({ forProvider }) => forProvider.targetTags.includes('crm-production-node')));
  assert.is(rules.filter(({ forProvider }) => forProvider.direction === 'EGRESS').length, 5);
});

test('S5: Google’s front ends and health checks reach the pods’ port', () => {
  const rule = tree.one('gcp', 'compute/Firewall', 'crm-production-allow-front-ends').forProvider;
  assert.equal(rule.sourceRanges, ['130.211.0.0/22', '35.191.0.0/16']);
  assert.equal(rule.allow, [{ protocol: 'tcp', ports: ['8080'] }]);
});

test('S6: every key of Google is granted to its service agent before anything uses it', () => {
  const wave = ({ annotations }: Found): number => Number(annotations['argocd.argoproj.io/sync-wave'] ?? 0);
  for (const [use, agent, user] of [
    ['gke', 'container-engine-robot', tree.one('gcp', 'container/Cluster', 'crm-production')],
    ['sql', 'gcp-sa-cloud-sql', tree.one('gcp', 'sql/DatabaseInstance', 'crm-production')],
    ['redis', 'cloud-redis', tree.one('gcp', 'redis/Instance', 'crm-production')],
    ['secrets', 'gcp-sa-secretmanager', tree.one('gcp', 'secretmanager/Secret', 'crm-production-database')],
  ] as const) {
    const grant = tree.one('gcp', 'kms/CryptoKeyIAMMember', `crm-production-${use}`);
    assert.is(grant.forProvider.member, `serviceAccount:service-345678901234@${agent}.iam.gserviceaccount.com`);
    assert.ok(wave(tree.one('gcp', 'kms/CryptoKey', `crm-production-${use}`)) < wave(grant) && wave(grant) < wave(user), use);
  }
});

test('S6: every key of AWS rotates and its policy names the account', () => {
  assert.equal(
    tree.names('aws', 'kms/Key'),
    ['alerts', 'cache', 'database', 'eks', 'logs', 'secrets'].map((use) => `crm-production-${use}`),
  );
  for (const { forProvider } of tree.all('aws', 'kms/Key')) {
    assert.is(forProvider.enableKeyRotation, true);
    assert.is(JSON.parse(forProvider.policy).Statement[0].Principal.AWS, 'arn:aws:iam::123456789012:root');
  }
});

test('S7: both managers hold the same secrets, readable by identity alone, and the owner copies its set to the other', () => {
  const aws = tree.all('aws', 'secretsmanager/Secret').map(({ forProvider }) => forProvider.name.replace('crm/production/', ''));
  const gcp = tree.names('gcp', 'secretmanager/Secret').map((name) => name.replace('crm-production-', ''));
  assert.equal(aws.sort(), gcp.sort());
  assert.ok(['database', 'cache', 'api-keys', 'application'].every((name) => aws.includes(name)));
  const mirrored = tree
    .all('aws', 'external-secrets.io/PushSecret')
    .filter(({ forProvider }) => forProvider.secretStoreRefs[0].name === 'other-cloud-secrets');
  assert.equal(
    mirrored.map(({ forProvider }) => forProvider.data[0].match.remoteRef.remoteKey).sort(),
    gcp.filter((name) => name !== 'cache').map((name) => `crm-production-${name}`),
  );
  assert.is(
    tree
      .all('gcp', 'external-secrets.io/PushSecret')
      .filter(({ forProvider }) => forProvider.secretStoreRefs[0].name === 'other-cloud-secrets').length,
    0,
  );
  // What the mirror writes over must carry the mark that External Secrets asks for.
  assert.ok(tree.all('gcp', 'secretmanager/Secret').every(({ forProvider }) => forProvider.labels['managed-by'] === 'external-secrets'));
  assert.ok(tree.all('aws', 'secretsmanager/Secret').every(({ forProvider }) => forProvider.tags['managed-by'] === 'external-secrets'));
  const readers = JSON.parse(tree.one('aws', 'iam/Role', 'crm-production-external-secrets').forProvider.inlinePolicy[0].policy)
    .Statement[0];
  assert.is(readers.Resource, 'arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:crm/production/*');
  const members = tree.all('gcp', 'secretmanager/SecretIAMMember').map(({ forProvider }) => forProvider.member);
  assert.equal([...new Set(members)].sort(), [
    'serviceAccount:external-secrets@crm-production.iam.gserviceaccount.com',
    'serviceAccount:secrets-from-aws@crm-production.iam.gserviceaccount.com',
  ]);
});

test('S7: no cluster keeps a key of a cloud: every login is an identity, and Cloudflare’s token comes from the manager', () => {
  const logins = (cloud: 'aws' | 'gcp'): Record<string, { source: string }> =>
    Object.fromEntries(providerConfigs(cloud).map(({ object, forProvider }) => [object.manifest.metadata.name, forProvider.credentials]));
  assert.equal(logins('aws').aws, { source: 'PodIdentity' });
  assert.equal(logins('aws').gcp, { source: 'Filesystem', fs: { path: '/etc/tandem/credentials.json' } });
  assert.equal(logins('gcp').gcp, { source: 'InjectedIdentity' });
  assert.is(logins('gcp').aws?.source, 'WebIdentity');
  for (const cloud of ['aws', 'gcp'] as const) {
    assert.is(logins(cloud).cloudflare?.source, 'Secret');
    assert.is(tree.one(cloud, 'external-secrets.io/ExternalSecret', 'cloudflare-api').forProvider.secretStoreRef.name, 'cloud-secrets');
  }
  // What names the token's file is no secret: a place to change one token into another.
  const { data } = tree.one('aws', '/ConfigMap', 'google-federation').object.manifest as unknown as { data: Record<string, string> };
  const credentials = JSON.parse(data['credentials.json'] ?? '');
  assert.equal([credentials.type, credentials.credential_source.file], ['external_account', '/var/run/tandem/token']);
  assert.not.match(JSON.stringify(credentials), /private_key|secret/i);
});

function providerConfigs(cloud: 'aws' | 'gcp'): Found[] {
  return ['aws/ClusterProviderConfig', 'gcp/ClusterProviderConfig', 'upjet-cloudflare/ClusterProviderConfig'].flatMap((kind) =>
    tree.all(cloud, kind),
  );
}

test('M1: CloudWatch watches EKS, RDS, ElastiCache and the tunnels, tells a topic, and keeps logs for a while', () => {
  const alarms = tree.all('aws', 'cloudwatch/MetricAlarm').map(({ forProvider }) => `${forProvider.namespace} ${forProvider.metricName}`);
  for (const metric of [
    'ContainerInsights cluster_failed_node_count',
    'AWS/RDS CPUUtilization',
    'AWS/RDS OldestReplicationSlotLag',
    'AWS/RDS TransactionLogsDiskUsage',
    'AWS/RDS DatabaseConnections',
    'AWS/ElastiCache EngineCPUUtilization',
    'AWS/ElastiCache DatabaseMemoryUsagePercentage',
    'AWS/VPN TunnelState',
  ])
    assert.ok(alarms.includes(metric), metric);
  assert.is(alarms.filter((name) => name === 'AWS/VPN TunnelState').length, 4);
  assert.is(tree.one('aws', 'sns/TopicSubscription', 'crm-production-oncall').forProvider.endpoint, 'oncall@example.com');
  const groups = tree.all('aws', 'cloudwatchlogs/Group').map(({ annotations }) => annotations['crossplane.io/external-name']);
  assert.ok(
    groups.includes('/aws/eks/crm-production/cluster') &&
      groups.includes('/aws/rds/instance/crm-production/postgresql') &&
      groups.includes('/crm-production/vpn'),
  );
  const { widgets } = JSON.parse(tree.one('aws', 'cloudwatch/Dashboard', 'crm-production').forProvider.dashboardBody);
  assert.ok(
    widgets.length > 10 && widgets.every((one: { properties: { metrics: string[][] } }) => (one.properties.metrics[0]?.length ?? 0) >= 4),
  );
});

test('M1: the alarm on the slot fires at half of what the slot may keep', () => {
  const { threshold } = tree.one('aws', 'cloudwatch/MetricAlarm', 'crm-production-database-slot-lag').forProvider;
  assert.is(threshold, 32 * 2 ** 30);
});

test('M2: Cloud Monitoring watches GKE, Cloud SQL, Memorystore, the tunnels and the users’ name, and tells a channel', () => {
  const filters = tree
    .all('gcp', 'monitoring/AlertPolicy')
    .map(({ forProvider }) => forProvider.conditions[0].conditionThreshold.filter as string);
  for (const metric of [
    'kubernetes.io/node/cpu/allocatable_utilization',
    'cloudsql.googleapis.com/database/cpu/utilization',
    'cloudsql.googleapis.com/database/postgresql/num_backends',
    'redis.googleapis.com/stats/memory/usage_ratio',
    'vpn.googleapis.com/tunnel_established',
    'router.googleapis.com/bgp/session_up',
    'monitoring.googleapis.com/uptime_check/check_passed',
  ])
    assert.ok(
      filters.some((filter) => filter.includes(`"${metric}"`)),
      metric,
    );
  for (const { awaits } of tree.all('gcp', 'monitoring/AlertPolicy'))
    assert.equal(awaits, { 'spec.forProvider.notificationChannels[0]': 'channel' });
  const check = tree.one('gcp', 'monitoring/UptimeCheckConfig', 'crm-production').forProvider;
  assert.equal(
    [check.monitoredResource.labels.host, check.httpCheck.path, check.httpCheck.validateSsl],
    ['crm.example.com', '/healthz', true],
  );
  assert.is(
    JSON.parse(tree.one('gcp', 'monitoring/Dashboard', 'crm-production').forProvider.dashboardJson).mosaicLayout.tiles.length,
    filters.length,
  );
});

test.run();

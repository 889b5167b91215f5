import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Rendered } from './tree.ts';

const test = suite('clusters and stores');
const tree = new Rendered();

test('C1: EKS at the configured version, encrypted, private, with nodes whose number the autoscaler owns', () => {
  const eks = tree.one('aws', 'eks/Cluster', 'crm-production');
  assert.equal(
    [eks.forProvider.version, eks.forProvider.vpcConfig.endpointPublicAccess, eks.forProvider.accessConfig.authenticationMode],
    ['1.35', false, 'API'],
  );
  assert.is(eks.awaits['spec.forProvider.encryptionConfig.provider.keyArn'], 'keyArn');
  const nodes = tree.one('aws', 'eks/NodeGroup', 'crm-production-nodes');
  assert.equal(nodes.forProvider.scalingConfig, { minSize: 3, maxSize: 10 });
  assert.equal(nodes.initProvider, { scalingConfig: { desiredSize: 3 } });
  assert.equal(nodes.forProvider.instanceTypes, ['t3.xlarge']);
  const template = tree.one('aws', 'ec2/LaunchTemplate', 'crm-production-nodes').forProvider;
  assert.equal(
    [template.creditSpecification.cpuCredits, template.metadataOptions.httpTokens, template.blockDeviceMappings[0].ebs.volumeSize],
    ['unlimited', 'required', 100],
  );
  assert.match(Buffer.from(template.userData, 'base64').toString(), /maxPods: 44\n/);
  for (const addon of ['eks-pod-identity-agent', 'vpc-cni', 'kube-proxy', 'coredns', 'aws-ebs-csi-driver'])
    assert.is(tree.one('aws', 'eks/Addon', `crm-production-${addon}`).forProvider.addonName, addon);
  assert.is(JSON.parse(tree.one('aws', 'eks/Addon', 'crm-production-vpc-cni').forProvider.configurationValues).enableNetworkPolicy, 'true');
  const identities = tree
    .all('aws', 'eks/PodIdentityAssociation')
    .map(({ forProvider }) => `${forProvider.namespace}/${forProvider.serviceAccount}`);
  assert.equal(identities.sort(), [
    'crossplane-system/provider-aws',
    'external-secrets/external-secrets',
    'kube-system/aws-load-balancer-controller',
    'kube-system/cluster-autoscaler',
    'monitoring/cloudwatch-exporter',
  ]);
  assert.is(
    tree.one('aws', 'eks/AccessEntry', 'crm-production-admin').forProvider.principalArn,
    'arn:aws:iam::123456789012:role/platform-admin',
  );
});

test('C1: roles of AWS are real ones, and Crossplane may not destroy what holds data', () => {
  const crossplane = JSON.parse(tree.one('aws', 'iam/Role', 'crm-production-crossplane').forProvider.inlinePolicy[0].policy);
  const denied = crossplane.Statement.find((one: { Effect: string }) => one.Effect === 'Deny');
  for (const action of [
    'rds:DeleteDBInstance',
    'kms:ScheduleKeyDeletion',
    'secretsmanager:GetSecretValue',
    'elasticache:DeleteReplicationGroup',
  ])
    assert.ok(denied.Action.includes(action), action);
  for (const { forProvider, object } of tree.all('aws', 'iam/Role')) {
    assert.is(JSON.parse(forProvider.assumeRolePolicy).Version, '2012-10-17', object.manifest.metadata.name);
    // The sum of a role's inline policies may have 10,240 characters.
    assert.ok((forProvider.inlinePolicy?.[0].policy.length ?? 0) < 10_240, object.manifest.metadata.name);
  }
});

test('C2: GKE regional and private, counted in all zones together, with shielded nodes and workload identity', () => {
  const gke = tree.one('gcp', 'container/Cluster', 'crm-production').forProvider;
  assert.equal(
    [gke.location, gke.releaseChannel.channel, gke.privateClusterConfig.enablePrivateNodes, gke.workloadIdentityConfig.workloadPool],
    ['asia-northeast3', 'REGULAR', true, 'crm-production.svc.id.goog'],
  );
  assert.equal(gke.ipAllocationPolicy, { clusterSecondaryRangeName: 'pods', servicesSecondaryRangeName: 'services' });
  const pool = tree.one('gcp', 'container/NodePool', 'crm-production-nodes');
  assert.equal(pool.forProvider.autoscaling, { totalMinNodeCount: 3, totalMaxNodeCount: 10, locationPolicy: 'BALANCED' });
  assert.equal(
    [pool.forProvider.nodeConfig.machineType, pool.forProvider.nodeConfig.shieldedInstanceConfig.enableSecureBoot],
    ['n2-standard-16', true],
  );
  assert.is(pool.initProvider.initialNodeCount, 1, 'for each of three zones');
});

test('C3: the load balancers find what they name: a security group, an address, a policy', () => {
  const ingress = tree.one('aws', 'networking.k8s.io/Ingress', 'crm').annotations;
  assert.is(
    tree.one('aws', 'ec2/SecurityGroup', 'crm-production-alb').forProvider.tags.Name,
    ingress['alb.ingress.kubernetes.io/security-groups'],
  );
  assert.equal(JSON.parse(ingress['alb.ingress.kubernetes.io/listen-ports'] ?? ''), [{ HTTP: 80 }, { HTTPS: 443 }]);
  const gateway = tree.one('gcp', 'gateway.networking.k8s.io/Gateway', 'crm').forProvider;
  assert.is(tree.one('gcp', 'compute/GlobalAddress', gateway.addresses[0].value).forProvider.addressType, 'EXTERNAL');
  const backend = tree.one('gcp', 'networking.gke.io/GCPBackendPolicy', 'crm').forProvider;
  assert.ok(tree.one('gcp', 'compute/SecurityPolicy', backend.default.securityPolicy));
});

test('D1: RDS in two zones, encrypted, with backups, logical replication, and settings that wait for a restart', () => {
  const rds = tree.one('aws', 'rds/Instance', 'crm-production').forProvider;
  assert.equal(
    [rds.multiAz, rds.storageEncrypted, rds.backupRetentionPeriod, rds.deletionProtection, rds.publiclyAccessible],
    [true, true, 14, true, false],
  );
  assert.equal([rds.instanceClass, rds.allocatedStorage, rds.maxAllocatedStorage, rds.engineVersion], ['db.m6g.2xlarge', 200, 1024, '16']);
  assert.equal([rds.backupWindow, rds.maintenanceWindow], ['17:00-18:00', 'sun:18:00-sun:19:00']);
  const parameters = Object.fromEntries(
    tree
      .one('aws', 'rds/ParameterGroup', 'crm-production-postgres16')
      .forProvider.parameter.map(({ name, value, applyMethod }: { name: string; value: string; applyMethod: string }) => [
        name,
        `${value} ${applyMethod}`,
      ]),
  );
  assert.is(parameters['rds.logical_replication'], '1 pending-reboot');
  assert.equal([parameters.max_wal_senders, parameters.max_replication_slots], ['10 pending-reboot', '10 pending-reboot']);
  assert.is(parameters.max_slot_wal_keep_size, '65536 immediate', '64 GiB in MiB');
  assert.is(parameters.max_connections, '600 pending-reboot');
  assert.is(parameters['rds.force_ssl'], '1 immediate');
});

test('D1: a maintenance window that ends on the next day says so', () => {
  const rds = new Rendered({ 'aws.database.maintenanceHour': 23 }).one('aws', 'rds/Instance', 'crm-production').forProvider;
  assert.is(rds.maintenanceWindow, 'sun:23:00-mon:00:00');
});

test('D2: Cloud SQL in two zones, able to publish from the first day, restorable, with our key and a private address', () => {
  const sql = tree.one('gcp', 'sql/DatabaseInstance', 'crm-production').forProvider;
  const { settings } = sql;
  assert.equal(
    [sql.databaseVersion, settings.edition, settings.tier, settings.availabilityType],
    ['POSTGRES_16', 'ENTERPRISE', 'db-custom-8-32768', 'REGIONAL'],
  );
  const flags = Object.fromEntries(settings.databaseFlags.map(({ name, value }: { name: string; value: string }) => [name, value]));
  assert.equal([flags['cloudsql.logical_decoding'], flags.max_replication_slots, flags.max_slot_wal_keep_size], ['on', '10', '65536']);
  assert.equal(
    [settings.backupConfiguration.pointInTimeRecoveryEnabled, settings.backupConfiguration.backupRetentionSettings.retainedBackups],
    [true, 14],
  );
  assert.match(sql.encryptionKeyName, /cryptoKeys\/crm-production-sql$/);
  assert.equal([settings.ipConfiguration.ipv4Enabled, settings.ipConfiguration.serverCaMode], [false, 'GOOGLE_MANAGED_CAS_CA']);
  // Never a physical replica of anything.
  assert.equal([sql.masterInstanceName, sql.replicaConfiguration], [undefined, undefined]);
  assert.equal(settings.maintenanceWindow, { day: 6, hour: 18, updateTrack: 'stable' });
});

test('K1: ElastiCache in two zones, with TLS, a token, our key, and the guide’s settings', () => {
  const redis = tree.one('aws', 'elasticache/ReplicationGroup', 'crm-production');
  const { forProvider: given } = redis;
  assert.equal([given.numCacheClusters, given.automaticFailoverEnabled, given.multiAzEnabled], [2, true, true]);
  assert.equal(
    [given.transitEncryptionMode, given.atRestEncryptionEnabled, given.authTokenSecretRef.name],
    ['required', 'true', 'cache-token'],
  );
  assert.is(redis.awaits['spec.forProvider.kmsKeyId'], 'keyArn');
  const group = tree.one('aws', 'elasticache/ParameterGroup', given.parameterGroupName).forProvider;
  assert.equal(group.parameter, [
    { name: 'maxmemory-policy', value: 'allkeys-lru' },
    { name: 'timeout', value: '300' },
    { name: 'tcp-keepalive', value: '60' },
  ]);
});

test('K2: Memorystore with a replica, TLS, AUTH and our key, and only settings that exist there', () => {
  const redis = tree.one('gcp', 'redis/Instance', 'crm-production').forProvider;
  assert.equal(
    [redis.tier, redis.memorySizeGb, redis.connectMode, redis.transitEncryptionMode, redis.authEnabled],
    ['STANDARD_HA', 8, 'PRIVATE_SERVICE_ACCESS', 'SERVER_AUTHENTICATION', true],
  );
  assert.equal(redis.redisConfigs, { 'maxmemory-policy': 'allkeys-lru' });
  assert.equal([redis.customerManagedKeyRef.name, redis.deletionProtection], ['crm-production-redis', true]);
  const egress = tree.one('gcp', 'compute/Firewall', 'crm-production-allow-to-stores').forProvider;
  assert.equal(egress.allow, [{ protocol: 'tcp', ports: ['5432', '6378'] }], 'TLS is served on 6378');
});

test.run();

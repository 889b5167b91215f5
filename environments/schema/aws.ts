import type { Static } from '@sinclair/typebox';
import {
  cacheParameters,
  connections,
  kubernetesVersion,
  maxmemoryPolicy,
  messaging,
  operators,
  registry,
  windows,
} from './either-cloud.ts';
import { bytes, choice, cidr, duration, flag, hostname, label, list, section, text, whole } from './formats.ts';

const subnet = section(
  {
    name: label({ description: 'Name of the subnet within the environment.', examples: ['private-a'] }),
    role: choice(['public', 'private', 'pods'], {
      description: 'public holds load balancers and NAT; private holds nodes and stores; pods holds pod addresses.',
    }),
    zone: text({ description: 'Availability zone.', pattern: '^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$', examples: ['ap-northeast-2a'] }),
    cidr: cidr({ description: 'Address range.', examples: ['10.30.10.0/24'] }),
  },
  { description: 'One subnet.' },
);

const network = section(
  {
    vpc: cidr({ description: 'Address range of the VPC.', examples: ['10.30.0.0/16'] }),
    asn: whole(1, 4_294_967_294, { description: 'BGP number of the AWS side; private and not the other side’s.', examples: [64512] }),
    subnets: list(subnet, { description: 'Subnets; each role needs at least two zones.', minItems: 1, maxItems: 24 }),
  },
  { title: 'Network', description: 'The VPC.' },
);

const kubernetes = section(
  {
    name: label({ description: 'Name of the EKS cluster.', examples: ['crm-production'] }),
    version: kubernetesVersion,
    services: cidr({
      description: 'Range of service addresses; lives inside the cluster, yet must not hide a real range.',
      default: '172.20.0.0/16',
    }),
    secretsEncryption: flag({ description: 'Envelope encryption of Kubernetes secrets with KMS.', default: true }),
    adminRole: text({
      description: 'The IAM role whose holders administer the cluster.',
      pattern: '^arn:aws:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]{1,128}$',
      examples: ['arn:aws:iam::123456789012:role/platform-admin'],
    }),
    operators,
    nodes: section(
      {
        instanceType: text({ description: 'EC2 instance type.', pattern: '^[a-z0-9-]+\\.[a-z0-9-]+$', examples: ['t3.xlarge'] }),
        creditMode: choice(['unlimited', 'standard'], {
          description: 'Burstable types only: standard falls to its baseline when the credits are spent.',
          default: 'unlimited',
        }),
        min: whole(1, 500, { description: 'Nodes at rest.', examples: [3] }),
        max: whole(1, 500, { description: 'Nodes at most.', examples: [10] }),
        maxPods: whole(4, 250, { description: 'Pods on one node; each takes an address of the node’s network interfaces.', default: 44 }),
        diskSize: bytes({ description: 'Disk of one node.', default: '100Gi' }),
      },
      { description: 'The node group.' },
    ),
  },
  { title: 'Kubernetes', description: 'The EKS cluster.' },
);

const database = section(
  {
    host: hostname({
      description: 'The endpoint’s DNS name; an address would change at a Multi-AZ failover.',
      examples: ['crm-production.abc123.ap-northeast-2.rds.amazonaws.com'],
    }),
    ...connections,
    instanceClass: text({ description: 'RDS instance class.', pattern: '^db\\.[a-z0-9]+\\.[a-z0-9]+$', examples: ['db.m6g.2xlarge'] }),
    storage: bytes({ description: 'Allocated storage.', examples: ['200Gi'] }),
    maxStorage: bytes({ description: 'Storage up to which RDS grows by itself.', examples: ['1Ti'] }),
    slotWalLimit: bytes({
      description: 'max_slot_wal_keep_size: write-ahead log kept for an absent subscriber before its slot is given up.',
      examples: ['64Gi'],
    }),
    multiAz: flag({ description: 'A synchronous standby in another zone.', default: true }),
    backupRetention: duration({ description: 'How long automated backups are kept, whole days.', default: '14d' }),
    ...windows,
    storageEncryption: flag({ description: 'Encryption at rest with KMS.', default: true }),
    deletionProtection: flag({ description: 'Refuse deletion.', default: true }),
  },
  { title: 'Database', description: 'RDS for PostgreSQL.' },
);

const cache = section(
  {
    host: hostname({
      description: 'Primary endpoint of the replication group.',
      examples: ['master.crm-production.abc123.apn2.cache.amazonaws.com'],
    }),
    port: whole(1024, 65_535, { description: 'Port.', default: 6379 }),
    version: choice(['7.0', '7.1'], { description: 'Redis version.', default: '7.1' }),
    nodeType: text({ description: 'ElastiCache node type.', pattern: '^cache\\.[a-z0-9]+\\.[a-z0-9]+$', examples: ['cache.m6g.large'] }),
    nodes: whole(1, 6, { description: 'Primary and replicas; two or more fail over by themselves.', default: 2 }),
    maxmemoryPolicy,
    clientTimeout: duration({ description: 'Idle clients are closed after this.', default: '300s' }),
    tcpKeepalive: duration({ description: 'TCP keepalive.', default: '60s' }),
    parameters: cacheParameters,
    transitEncryption: flag({ description: 'TLS and an auth token.', default: true }),
    atRestEncryption: flag({ description: 'Encryption at rest with KMS.', default: true }),
  },
  { title: 'Cache', description: 'ElastiCache for Redis.' },
);

/** `environments/aws/NAME.yaml`. */
export const awsSchema = section(
  {
    account: text({ description: 'AWS account, in quotes.', pattern: '^[0-9]{12}$', examples: ['123456789012'] }),
    region: text({ description: 'AWS region.', pattern: '^[a-z]{2}(-[a-z]+)+-[0-9]$', examples: ['ap-northeast-2'] }),
    registry,
    network,
    kubernetes,
    database,
    cache,
    messaging,
    ingress: section(
      {
        certificateArn: text({
          description: 'ACM certificate of the load balancer.',
          pattern: '^arn:aws:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]{36}$',
        }),
        trustStoreArn: text({
          description: 'ELB trust store with the certificate authority of the origin pulls.',
          pattern: '^arn:aws:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:truststore/[A-Za-z0-9-]+/[0-9a-f]{16}$',
        }),
      },
      { title: 'Ingress', description: 'The Application Load Balancer.' },
    ),
    secretPrefix: text({
      description: 'Path in Secrets Manager under which this environment’s secrets live.',
      pattern: '^[a-z0-9-]+(/[a-z0-9-]+)*$',
      examples: ['crm/production'],
    }),
  },
  { title: 'Tandem environment: AWS', description: 'The AWS side of one environment.' },
);

export type AwsConfiguration = Static<typeof awsSchema>;

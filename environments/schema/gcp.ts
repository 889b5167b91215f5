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

const network = section(
  {
    nodes: cidr({ description: 'Primary range of the subnetwork: nodes.', examples: ['10.20.0.0/20'] }),
    pods: cidr({ description: 'Secondary range: pods.', examples: ['10.21.0.0/16'] }),
    services: cidr({ description: 'Secondary range: services.', examples: ['10.22.0.0/20'] }),
    privateServices: cidr({
      description: 'Range peered with Google’s services: Cloud SQL and Memorystore live here.',
      examples: ['10.24.0.0/20'],
    }),
    controlPlane: cidr({ description: 'The /28 of the GKE control plane.', examples: ['172.16.0.0/28'] }),
    asn: whole(1, 4_294_967_294, { description: 'BGP number of the Cloud Router; private and not the other side’s.', examples: [65000] }),
  },
  { title: 'Network', description: 'The VPC network.' },
);

const kubernetes = section(
  {
    name: label({ description: 'Name of the GKE cluster.', examples: ['crm-production'] }),
    version: kubernetesVersion,
    channel: choice(['REGULAR', 'STABLE', 'RAPID', 'EXTENDED'], { description: 'Release channel.', default: 'REGULAR' }),
    zones: list(text({ description: 'Zone.', pattern: '^[a-z]+-[a-z]+[0-9]-[a-z]$', examples: ['asia-northeast3-a'] }), {
      description: 'Zones that hold nodes.',
      minItems: 1,
      maxItems: 6,
    }),
    secretsEncryption: flag({ description: 'Encryption of Kubernetes secrets with Cloud KMS.', default: true }),
    operators,
    nodes: section(
      {
        machineType: text({
          description: 'Machine type.',
          pattern: '^[a-z0-9]+-[a-z]+(-[a-z]+)?-[0-9]+$|^e2-(micro|small|medium)$',
          examples: ['n2-standard-16'],
        }),
        min: whole(1, 500, { description: 'Nodes at rest in all zones together.', examples: [3] }),
        max: whole(1, 500, { description: 'Nodes at most in all zones together.', examples: [10] }),
        maxPods: whole(8, 256, {
          description: 'Pods on one node; GKE reserves a block of at least twice as many addresses.',
          default: 110,
        }),
        diskSize: bytes({ description: 'Disk of one node.', default: '100Gi' }),
      },
      { description: 'The node pool.' },
    ),
  },
  { title: 'Kubernetes', description: 'The GKE cluster.' },
);

const database = section(
  {
    host: hostname({ description: 'The instance’s DNS name.', examples: ['a1b2c3.d4e5f6.asia-northeast3.sql.goog'] }),
    ...connections,
    tier: text({ description: 'Cloud SQL machine tier.', pattern: '^db-[a-z0-9-]+$', examples: ['db-custom-8-32768'] }),
    edition: choice(['ENTERPRISE', 'ENTERPRISE_PLUS'], { description: 'Cloud SQL edition.', default: 'ENTERPRISE' }),
    storage: bytes({ description: 'Disk.', examples: ['200Gi'] }),
    slotWalLimit: bytes({ description: 'max_slot_wal_keep_size when this side writes.', examples: ['64Gi'] }),
    regional: flag({ description: 'A standby in another zone.', default: true }),
    pointInTimeRecovery: flag({ description: 'Recovery to any moment of the last days.', default: true }),
    backupRetention: duration({ description: 'How long backups are kept, whole days.', default: '14d' }),
    ...windows,
    logicalDecoding: flag({
      description: 'On from day 0: turning it on later needs a restart in the middle of a failover.',
      default: true,
    }),
    requireTls: flag({ description: 'Refuse connections without TLS.', default: true }),
    customerManagedKey: flag({ description: 'Encryption at rest with a key in Cloud KMS.', default: true }),
    deletionProtection: flag({ description: 'Refuse deletion.', default: true }),
  },
  { title: 'Database', description: 'Cloud SQL for PostgreSQL.' },
);

const cache = section(
  {
    host: hostname({ description: 'DNS name of the instance.', examples: ['redis.gcp.crm.internal'] }),
    port: whole(1024, 65_535, { description: 'Memorystore serves TLS on 6378.', default: 6378 }),
    memory: bytes({ description: 'Memory of the instance.', examples: ['8Gi'] }),
    highAvailability: flag({ description: 'A replica in another zone (STANDARD_HA).', default: true }),
    version: choice(['7.0', '7.2'], { description: 'Redis version.', default: '7.2' }),
    maxmemoryPolicy,
    parameters: cacheParameters,
    transitEncryption: flag({ description: 'TLS and AUTH.', default: true }),
    customerManagedKey: flag({ description: 'Encryption at rest with a key in Cloud KMS.', default: true }),
  },
  { title: 'Cache', description: 'Memorystore for Redis.' },
);

/** `environments/gcp/NAME.yaml`. */
export const gcpSchema = section(
  {
    project: text({ description: 'Project id.', pattern: '^[a-z][a-z0-9-]{4,28}[a-z0-9]$', examples: ['crm-production'] }),
    projectNumber: text({ description: 'Project number, in quotes.', pattern: '^[0-9]{6,20}$', examples: ['123456789012'] }),
    region: text({ description: 'Region.', pattern: '^[a-z]+-[a-z]+[0-9]$', examples: ['asia-northeast3'] }),
    registry,
    network,
    kubernetes,
    database,
    cache,
    messaging,
    gateway: section(
      {
        address: label({ description: 'Name of the reserved global address.', examples: ['crm-production'] }),
        certificateMap: label({ description: 'Certificate Manager map.', examples: ['crm-production'] }),
        securityPolicy: label({ description: 'Cloud Armor policy that admits Cloudflare only.', examples: ['crm-production-cloudflare'] }),
      },
      { title: 'Gateway', description: 'The global external load balancer.' },
    ),
    federation: section(
      {
        pool: label({ description: 'Workload identity pool.', default: 'tandem' }),
        provider: label({ description: 'Its provider, whose issuer is the EKS cluster.', default: 'eks' }),
      },
      { title: 'Federation', description: 'How the AWS cluster proves its identity to Google without a stored key.', default: {} },
    ),
    secretPrefix: label({ description: 'Prefix of this environment’s secrets in Secret Manager.', examples: ['crm-production'] }),
  },
  { title: 'Tandem environment: GCP', description: 'The GCP side of one environment.' },
);

export type GcpConfiguration = Static<typeof gcpSchema>;

/**
 * What databases and caches can be ordered as. Source: Amazon RDS, DB instance classes for PostgreSQL; Amazon
 * ElastiCache, supported node types; Cloud SQL for PostgreSQL, machine types and editions; Memorystore for Redis,
 * supported configurations. Read 2026-06; a class that is newer than that is refused until it stands here.
 */
const SIZES = {
  burstable: ['micro', 'small', 'medium', 'large', 'xlarge', '2xlarge'],
  graviton: ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge'],
  intel: ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge', '24xlarge'],
} as const;

const wide = [...SIZES.intel, '32xlarge'];

/** Sizes of each family of RDS for PostgreSQL 15 to 17. */
export const RDS_FAMILIES: Readonly<Record<string, readonly string[]>> = {
  t3: SIZES.burstable,
  t4g: SIZES.burstable,
  m5: SIZES.intel,
  m6g: SIZES.graviton,
  m6i: wide,
  m7g: SIZES.graviton,
  m7i: [...SIZES.intel, '48xlarge'],
  m8g: [...SIZES.intel, '48xlarge'],
  r5: SIZES.intel,
  r6g: SIZES.graviton,
  r6i: wide,
  r7g: SIZES.graviton,
  r7i: [...SIZES.intel, '48xlarge'],
  r8g: [...SIZES.intel, '48xlarge'],
};

/** Sizes of each family of ElastiCache for Redis. */
export const CACHE_FAMILIES: Readonly<Record<string, readonly string[]>> = {
  t3: ['micro', 'small', 'medium'],
  t4g: ['micro', 'small', 'medium'],
  m5: ['large', 'xlarge', '2xlarge', '4xlarge', '12xlarge', '24xlarge'],
  m6g: SIZES.graviton,
  m7g: SIZES.graviton,
  r5: ['large', 'xlarge', '2xlarge', '4xlarge', '12xlarge', '24xlarge'],
  r6g: SIZES.graviton,
  r7g: SIZES.graviton,
};

/** Processors of Cloud SQL Enterprise Plus. */
export const PERFORMANCE_OPTIMIZED: readonly number[] = [2, 4, 8, 16, 32, 48, 64, 80, 96, 128];

/** What Memorystore lets one set; `timeout` and `tcp-keepalive` are not among it. Source: cloud_redis.proto. */
export const MEMORYSTORE_PARAMETERS: readonly string[] = [
  'activedefrag',
  'lfu-decay-time',
  'lfu-log-factor',
  'maxmemory-gb',
  'notify-keyspace-events',
  'stream-node-max-bytes',
  'stream-node-max-entries',
];

/** What the parameter group redis7 lets one set, beside what has a key of its own. Source: ElastiCache, Redis 7 parameters. */
export const ELASTICACHE_PARAMETERS: readonly string[] = [
  'activedefrag',
  'active-defrag-cycle-max',
  'active-defrag-cycle-min',
  'client-output-buffer-limit-pubsub-hard-limit',
  'close-on-replica-write',
  'hash-max-listpack-entries',
  'hash-max-listpack-value',
  'latency-tracking',
  'lazyfree-lazy-eviction',
  'lazyfree-lazy-expire',
  'lfu-decay-time',
  'lfu-log-factor',
  'maxmemory-samples',
  'notify-keyspace-events',
  'reserved-memory-percent',
  'slowlog-log-slower-than',
  'slowlog-max-len',
  'stream-node-max-bytes',
  'stream-node-max-entries',
];

import { address, choice, cidr, flag, hostname, list, section, text, whole } from './formats.ts';

export const registry = section(
  {
    host: text({
      description: 'The registry that this cloud pulls from.',
      pattern: '^[a-z0-9.-]+(/[a-z0-9._-]+)*$',
      examples: ['123456789012.dkr.ecr.ap-northeast-2.amazonaws.com'],
    }),
    immutableTags: flag({ description: 'Whether the registry refuses to move a tag; otherwise images need a digest.', default: true }),
  },
  { title: 'Registry', description: 'The container registry of this cloud.' },
);

export const messaging = section(
  {
    leafnodeHost: hostname({
      description: 'The internal name under which the other cloud reaches this cloud’s NATS.',
      examples: ['nats.aws.crm.internal'],
    }),
    leafnodeAddresses: list(address({ description: 'A fixed internal address.', examples: ['10.30.10.240'] }), {
      description: 'What that name resolves to: on AWS one free address of each private subnet, on GCP one of the nodes’ range.',
      minItems: 1,
      maxItems: 6,
      uniqueItems: true,
    }),
  },
  { title: 'Messaging', description: 'How the other cloud reaches this one’s messaging.' },
);

/** Version of the Kubernetes cluster. */
export const kubernetesVersion = text({
  description: 'Kubernetes minor version, in quotes.',
  pattern: '^1\\.[0-9]{2}$',
  examples: ['1.35'],
});

/** What a cache does when its memory is full; the same on both clouds, so that they behave alike after a failover. */
export const maxmemoryPolicy = choice(['allkeys-lru', 'allkeys-lfu', 'volatile-lru', 'volatile-ttl', 'noeviction'], {
  description: 'What is evicted when memory is full.',
  default: 'allkeys-lru',
});

/** Where people call the control plane from; private when there are none. */
export const operators = list(cidr({ description: 'A public range of your own.', examples: ['203.0.113.0/24'] }), {
  description: 'Ranges from which people reach the public address of the control plane; it has none when the list is empty.',
  default: [],
  maxItems: 20,
});

/** Parameters of a cache beside those that have a key of their own; a law knows what each cloud accepts. */
export const cacheParameters = list(
  section(
    {
      name: text({ description: 'Name.', pattern: '^[a-z][a-z0-9-]{1,62}$', examples: ['notify-keyspace-events'] }),
      value: text({ description: 'Value, in quotes.', pattern: '^[A-Za-z0-9._ -]{1,100}$', examples: ['Ex'] }),
    },
    { description: 'One parameter.' },
  ),
  { description: 'Further parameters of Redis.', default: [], maxItems: 20 },
);

/** Days in the order that Cloud SQL numbers them. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** Hours of the day, UTC. */
export const windows = {
  backupHour: whole(0, 23, { description: 'Hour of the daily backup, UTC.', default: 17 }),
  maintenanceDay: choice([...WEEKDAYS], { description: 'Day of the weekly maintenance.', default: 'sun' }),
  maintenanceHour: whole(0, 23, { description: 'Hour of the weekly maintenance, UTC; not the backup’s.', default: 18 }),
};

/** How a database is reached, and how often at once. */
export const connections = {
  port: whole(1024, 65_535, { description: 'Port.', default: 5432 }),
  maxConnections: whole(50, 8000, { description: 'max_connections.', examples: [600] }),
  reservedConnections: whole(5, 500, { description: 'Connections kept for replication, monitoring and people.', default: 40 }),
};

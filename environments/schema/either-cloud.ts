import { choice, flag, hostname, section, text, whole } from './formats.ts';

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

/** How a database is reached, and how often at once. */
export const connections = {
  port: whole(1024, 65_535, { description: 'Port.', default: 5432 }),
  maxConnections: whole(50, 8000, { description: 'max_connections.', examples: [600] }),
  reservedConnections: whole(5, 500, { description: 'Connections kept for replication, monitoring and people.', default: 40 }),
};

import { byCloud, type Cluster } from '../cluster.ts';

/** What the names of this cloud's resources begin with: the cluster's name. */
export function baseName(cluster: Cluster): string {
  return cluster.platform[cluster.cloud].kubernetes.name;
}

/** A name of this cloud's resources: `crm-production-cache`. */
export function named(cluster: Cluster, suffix: string): string {
  return `${baseName(cluster)}-${suffix}`;
}

/** Tags on what AWS bills and shows; labels on what Google does. */
export function tags(cluster: Cluster, name: string): Record<string, string> {
  const { platform } = cluster;
  return byCloud<Record<string, string>>(cluster, {
    aws: () => ({ Name: name, environment: platform.name, 'managed-by': 'crossplane' }),
    gcp: () => ({ environment: platform.name, 'managed-by': 'crossplane' }),
  });
}

/** The fixed names of what several places refer to. */
export const PASSWORDS = { database: 'database-admin', cacheToken: 'cache-token', link: 'link-keys' } as const;
/** The secret that holds the token for Cloudflare's API. */
export const CLOUDFLARE_SECRET = 'cloudflare-api';
/** Where the secrets that providers read and write live, beside the objects. */
export const CONNECTIONS = { cache: 'cache-connection' } as const;

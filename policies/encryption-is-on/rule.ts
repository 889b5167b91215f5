import type { Platform } from '../../environments/platform.ts';
import type { Rule } from '../rule.ts';

export const encryptionIsOn: Rule = {
  code: 'TD301',
  name: 'encryption-is-on',
  severity: 'error',
  law: 'Everything is encrypted, in transit and at rest, on both clouds.',
  check(platform) {
    return switches(platform)
      .filter(({ on }) => !on)
      .map(({ path, what, set }) => ({ paths: [path] as const, message: `${what} is off`, hint: `Set ${path}: ${set}.` }));
  },
};

function switches({ aws, gcp, pgbouncer, messaging, traffic }: Platform) {
  return [
    {
      path: 'aws.kubernetes.secretsEncryption',
      on: aws.kubernetes.secretsEncryption,
      what: 'envelope encryption of Kubernetes secrets in EKS',
      set: 'true',
    },
    { path: 'aws.database.storageEncryption', on: aws.database.storageEncryption, what: 'encryption at rest of RDS', set: 'true' },
    { path: 'aws.cache.transitEncryption', on: aws.cache.transitEncryption, what: 'TLS to ElastiCache', set: 'true' },
    { path: 'aws.cache.atRestEncryption', on: aws.cache.atRestEncryption, what: 'encryption at rest of ElastiCache', set: 'true' },
    {
      path: 'gcp.kubernetes.secretsEncryption',
      on: gcp.kubernetes.secretsEncryption,
      what: 'encryption of Kubernetes secrets in GKE',
      set: 'true',
    },
    { path: 'gcp.database.requireTls', on: gcp.database.requireTls, what: 'TLS to Cloud SQL', set: 'true' },
    {
      path: 'gcp.database.customerManagedKey',
      on: gcp.database.customerManagedKey,
      what: 'the customer-managed key of Cloud SQL',
      set: 'true',
    },
    { path: 'gcp.cache.transitEncryption', on: gcp.cache.transitEncryption, what: 'TLS to Memorystore', set: 'true' },
    {
      path: 'gcp.cache.customerManagedKey',
      on: gcp.cache.customerManagedKey,
      what: 'the customer-managed key of Memorystore',
      set: 'true',
    },
    { path: 'pgbouncer.clientTls', on: pgbouncer.clientTls === 'require', what: 'mandatory TLS from clients to PgBouncer', set: 'require' },
    {
      path: 'pgbouncer.serverTls',
      on: pgbouncer.serverTls.startsWith('verify-'),
      what: 'verified TLS from PgBouncer to PostgreSQL',
      set: 'verify-full',
    },
    { path: 'messaging.tls', on: messaging.tls, what: 'TLS between NATS clients, servers and clouds', set: 'true' },
    {
      path: 'traffic.originPulls',
      on: traffic.originPulls,
      what: 'the client certificate between Cloudflare and the origins',
      set: 'true',
    },
  ];
}

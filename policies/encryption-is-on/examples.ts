import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'pgbouncer.serverTls': 'verify-ca' } }],
  bad: [
    ...[
      'aws.kubernetes.secretsEncryption',
      'aws.database.storageEncryption',
      'aws.cache.transitEncryption',
      'aws.cache.atRestEncryption',
      'gcp.kubernetes.secretsEncryption',
      'gcp.database.requireTls',
      'gcp.database.customerManagedKey',
      'gcp.cache.transitEncryption',
      'gcp.cache.customerManagedKey',
      'messaging.tls',
      'traffic.originPulls',
    ].map((path) => ({ change: { [path]: false }, names: [path] })),
    { change: { 'pgbouncer.clientTls': 'prefer' }, names: ['pgbouncer.clientTls'] },
    { change: { 'pgbouncer.serverTls': 'require' }, names: ['pgbouncer.serverTls'] },
  ],
};

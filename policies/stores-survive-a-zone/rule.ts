import type { Rule } from '../rule.ts';

export const storesSurviveAZone: Rule = {
  code: 'TD304',
  name: 'stores-survive-a-zone',
  severity: 'error',
  law: 'Databases and caches stand in two zones, have backups, and refuse deletion.',
  check({ aws, gcp, messaging }) {
    const day = 86_400;
    return [
      { path: 'aws.database.multiAz', ok: aws.database.multiAz, what: 'RDS has no standby in another zone', set: 'true' },
      { path: 'gcp.database.regional', ok: gcp.database.regional, what: 'Cloud SQL has no standby in another zone', set: 'true' },
      { path: 'aws.cache.nodes', ok: aws.cache.nodes >= 2, what: 'ElastiCache has one node and cannot fail over', set: '2 or more' },
      {
        path: 'gcp.cache.highAvailability',
        ok: gcp.cache.highAvailability,
        what: 'Memorystore has no replica in another zone',
        set: 'true',
      },
      { path: 'aws.database.deletionProtection', ok: aws.database.deletionProtection, what: 'RDS can be deleted by one call', set: 'true' },
      {
        path: 'gcp.database.deletionProtection',
        ok: gcp.database.deletionProtection,
        what: 'Cloud SQL can be deleted by one call',
        set: 'true',
      },
      {
        path: 'gcp.database.pointInTimeRecovery',
        ok: gcp.database.pointInTimeRecovery,
        what: 'Cloud SQL cannot go back to a moment',
        set: 'true',
      },
      {
        path: 'aws.database.backupRetention',
        ok: aws.database.backupRetention >= 7 * day && aws.database.backupRetention <= 35 * day,
        what: 'RDS keeps backups for 7 to 35 days',
        set: '7d to 35d',
      },
      {
        path: 'gcp.database.backupRetention',
        ok: gcp.database.backupRetention >= 7 * day,
        what: 'Cloud SQL keeps backups for less than 7 days',
        set: '7d or more',
      },
      { path: 'messaging.replicas', ok: messaging.replicas !== '1', what: 'one NATS server cannot lose a zone', set: '"3"' },
    ]
      .filter(({ ok }) => !ok)
      .map(({ path, what, set }) => ({ paths: [path] as const, message: what, hint: `Set ${path}: ${set}.` }));
  },
};

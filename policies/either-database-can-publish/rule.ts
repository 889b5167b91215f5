import type { Breach, Rule } from '../rule.ts';

export const eitherDatabaseCanPublish: Rule = {
  code: 'TD505',
  name: 'either-database-can-publish',
  severity: 'error',
  law: 'Both databases can be publisher and subscriber from day 0: turning logical decoding on later restarts the database in the middle of a failover.',
  check({ gcp, database }) {
    const breaches: Breach[] = [];
    if (!gcp.database.logicalDecoding)
      breaches.push({
        paths: ['gcp.database.logicalDecoding'],
        message: 'Cloud SQL could not publish after a promotion without a restart',
        hint: 'Set gcp.database.logicalDecoding: true.',
      });
    const { maxWalSenders, maxReplicationSlots } = database.replication;
    if (maxWalSenders < maxReplicationSlots)
      breaches.push({
        paths: ['database.replication.maxWalSenders', 'database.replication.maxReplicationSlots'],
        message: `${maxWalSenders} WAL senders cannot serve ${maxReplicationSlots} slots`,
        hint: 'Raise database.replication.maxWalSenders to at least the slots.',
      });
    if (database.majorVersion === '15')
      breaches.push({
        paths: ['database.majorVersion'],
        message: 'PostgreSQL 15 has no origin filter, so that failback cannot break a replication loop',
        hint: 'Use 16 or later.',
        severity: 'warning',
      });
    return breaches;
  },
};

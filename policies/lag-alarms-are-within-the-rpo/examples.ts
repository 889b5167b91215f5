import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'recovery.awsLost.rpo': '30s', 'database.replication.lagCritical': '30s' } }],
  bad: [
    { change: { 'database.replication.lagCritical': '10s' }, names: ['database.replication.lagCritical', 'recovery.awsLost.rpo'] },
    { change: { 'database.replication.lagWarning': '5s' }, names: ['database.replication.lagWarning'] },
    { change: { 'database.replication.heartbeat': '2s' }, names: ['database.replication.heartbeat'] },
    { change: { 'database.writer': 'gcp' }, names: ['database.replication.lagCritical', 'recovery.gcpLost.rpo'] },
  ],
};

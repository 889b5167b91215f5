import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'recovery.awsLost.rto': '111s' } }, { change: { 'database.writer': 'gcp' } }],
  bad: [
    { change: { 'recovery.awsLost.rto': '110s' }, names: ['recovery.awsLost.rto'] },
    { change: { 'recovery.gcpLost.rto': '20s' }, names: ['recovery.gcpLost.rto'] },
    { change: { 'recovery.tunnelLost.rto': '20s' }, names: ['recovery.tunnelLost.rto'] },
    { change: { 'recovery.databaseNodeLost.rto': '30s' }, names: ['recovery.databaseNodeLost.rto'] },
  ],
};

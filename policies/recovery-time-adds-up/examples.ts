import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'recovery.awsLost.rto': '141s' } }, { change: { 'database.writer': 'gcp', 'recovery.gcpLost.rto': '141s' } }],
  bad: [
    { change: { 'recovery.awsLost.rto': '140s' }, names: ['recovery.awsLost.rto'] },
    { change: { 'recovery.gcpLost.rto': '59s' }, names: ['recovery.gcpLost.rto'] },
    { change: { 'recovery.tunnelLost.rto': '20s' }, names: ['recovery.tunnelLost.rto'] },
    { change: { 'recovery.databaseNodeLost.rto': '119s' }, names: ['recovery.databaseNodeLost.rto'] },
    // Who writes is the one that is promoted away from.
    { change: { 'database.writer': 'gcp', 'recovery.gcpLost.rto': '120s' }, names: ['recovery.gcpLost.rto'] },
    { change: { 'database.lease': '5m' }, names: ['recovery.awsLost.rto'] },
  ],
};

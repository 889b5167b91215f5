import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'database.majorVersion': '17' } }],
  bad: [
    { change: { 'gcp.database.logicalDecoding': false }, names: ['gcp.database.logicalDecoding'] },
    { change: { 'database.replication.maxWalSenders': 5 }, names: ['database.replication.maxWalSenders'] },
    { change: { 'database.majorVersion': '15' }, names: ['database.majorVersion'] },
  ],
};

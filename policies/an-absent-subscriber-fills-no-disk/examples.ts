import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'aws.database.slotWalLimit': '100Gi' } }],
  bad: [
    { change: { 'aws.database.slotWalLimit': '40Gi' }, names: ['aws.database.slotWalLimit', 'database.replication.toleratedOutage'] },
    { change: { 'gcp.database.storage': '100Gi' }, names: ['gcp.database.slotWalLimit', 'gcp.database.storage'] },
    { change: { 'database.replication.toleratedOutage': '24h' }, names: ['aws.database.slotWalLimit', 'gcp.database.slotWalLimit'] },
  ],
};

import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'aws.database.backupRetention': '35d' } }],
  bad: [
    { change: { 'aws.database.multiAz': false }, names: ['aws.database.multiAz'] },
    { change: { 'gcp.database.regional': false }, names: ['gcp.database.regional'] },
    { change: { 'aws.cache.nodes': 1 }, names: ['aws.cache.nodes'] },
    { change: { 'gcp.cache.highAvailability': false }, names: ['gcp.cache.highAvailability'] },
    { change: { 'aws.database.deletionProtection': false }, names: ['aws.database.deletionProtection'] },
    { change: { 'gcp.database.deletionProtection': false }, names: ['gcp.database.deletionProtection'] },
    { change: { 'gcp.database.pointInTimeRecovery': false }, names: ['gcp.database.pointInTimeRecovery'] },
    { change: { 'aws.database.backupRetention': '36d' }, names: ['aws.database.backupRetention'] },
    { change: { 'gcp.database.backupRetention': '1d' }, names: ['gcp.database.backupRetention'] },
    { change: { 'messaging.replicas': '1' }, names: ['messaging.replicas'] },
  ],
};

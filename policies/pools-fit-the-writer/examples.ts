import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'pgbouncer.poolSize': 31 } }],
  bad: [
    { change: { 'pgbouncer.poolSize': 32 }, names: ['aws.database.maxConnections', 'gcp.database.maxConnections', 'pgbouncer.poolSize'] },
    { change: { 'pgbouncer.maxReplicas': 10 }, names: ['aws.database.maxConnections', 'pgbouncer.maxReplicas'] },
    { change: { 'gcp.database.maxConnections': 300 }, names: ['gcp.database.maxConnections'] },
    { change: { 'pgbouncer.replicas': 5 }, names: ['pgbouncer.maxReplicas', 'pgbouncer.replicas'] },
  ],
};

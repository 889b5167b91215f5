import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'images.pgbouncer.tag': '1.18.0', 'pgbouncer.poolMode': 'session' } }],
  bad: [
    { change: { 'images.pgbouncer.tag': '1.18.0' }, names: ['images.pgbouncer.tag', 'pgbouncer.poolMode'] },
    { change: { 'images.pgbouncer.tag': 'stable' }, names: ['images.pgbouncer.tag'] },
    { change: { 'pgbouncer.maxPreparedStatements': 0 }, names: ['pgbouncer.maxPreparedStatements'] },
  ],
};

import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'images.application.tag': 'latest', 'images.application.digest': `sha256:${'a'.repeat(64)}` } }],
  bad: [
    { change: { 'images.application.tag': 'latest' }, names: ['images.application.tag'] },
    { change: { 'images.pgbouncer.tag': '1.25' }, names: ['images.pgbouncer.tag'] },
    { change: { 'gcp.registry.immutableTags': false }, names: ['images.nats', 'gcp.registry.immutableTags'] },
  ],
};

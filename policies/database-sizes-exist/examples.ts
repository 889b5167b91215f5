import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [
    { change: { 'aws.database.instanceClass': 'db.r8g.48xlarge', 'gcp.database.tier': 'db-custom-96-638976' } },
    { change: { 'gcp.database.tier': 'db-perf-optimized-N-8', 'gcp.database.edition': 'ENTERPRISE_PLUS' } },
    { change: { 'gcp.database.tier': 'db-custom-1-3840' } },
  ],
  bad: [
    { change: { 'aws.database.instanceClass': 'db.m6g.3xlarge' }, names: ['aws.database.instanceClass'] },
    { change: { 'aws.database.instanceClass': 'db.m3.large' }, names: ['aws.database.instanceClass'] },
    { change: { 'aws.cache.nodeType': 'cache.m6g.micro' }, names: ['aws.cache.nodeType'] },
    { change: { 'aws.database.storage': '10Gi' }, names: ['aws.database.storage'] },
    { change: { 'aws.database.maxStorage': '210Gi' }, names: ['aws.database.maxStorage'] },
    { change: { 'gcp.database.tier': 'db-custom-7-32768' }, names: ['gcp.database.tier'] },
    { change: { 'gcp.database.tier': 'db-custom-8-65536' }, names: ['gcp.database.tier'] },
    { change: { 'gcp.database.tier': 'db-custom-8-30000' }, names: ['gcp.database.tier'] },
    { change: { 'gcp.database.edition': 'ENTERPRISE_PLUS' }, names: ['gcp.database.tier'] },
    { change: { 'gcp.database.tier': 'db-perf-optimized-N-8' }, names: ['gcp.database.tier'] },
    { change: { 'gcp.database.tier': 'db-f1-micro' }, names: ['gcp.database.tier'] },
    { change: { 'gcp.cache.memory': '512Mi' }, names: ['gcp.cache.memory'] },
    { change: { 'gcp.cache.memory': '1536Mi' }, names: ['gcp.cache.memory'] },
  ],
};

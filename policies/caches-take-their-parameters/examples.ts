import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [
    {
      change: {
        'aws.cache.parameters': [{ name: 'slowlog-max-len', value: '256' }],
        'gcp.cache.parameters': [{ name: 'activedefrag', value: 'yes' }],
      },
    },
  ],
  bad: [
    { change: { 'gcp.cache.parameters': [{ name: 'tcp-keepalive', value: '60' }] }, names: ['gcp.cache.parameters[0]'] },
    { change: { 'gcp.cache.parameters': [{ name: 'timeout', value: '300' }] }, names: ['gcp.cache.parameters[0]'] },
    { change: { 'aws.cache.parameters': [{ name: 'timeout', value: '300' }] }, names: ['aws.cache.parameters[0]'] },
    { change: { 'aws.cache.parameters': [{ name: 'appendonly', value: 'yes' }] }, names: ['aws.cache.parameters[0]'] },
    {
      change: {
        'gcp.cache.parameters': [
          { name: 'activedefrag', value: 'yes' },
          { name: 'activedefrag', value: 'no' },
        ],
      },
      names: ['gcp.cache.parameters[1]'],
    },
  ],
};

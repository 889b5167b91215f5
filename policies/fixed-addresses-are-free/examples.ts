import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [
    { change: { 'aws.messaging.leafnodeAddresses': ['10.30.10.4', '10.30.11.254'], 'gcp.messaging.leafnodeAddresses': ['10.20.15.253'] } },
  ],
  bad: [
    { change: { 'aws.messaging.leafnodeAddresses': ['10.30.10.240'] }, names: ['aws.messaging.leafnodeAddresses'] },
    { change: { 'aws.messaging.leafnodeAddresses': ['10.30.11.240', '10.30.10.240'] }, names: ['aws.messaging.leafnodeAddresses[0]'] },
    { change: { 'aws.messaging.leafnodeAddresses': ['10.30.10.3', '10.30.11.240'] }, names: ['aws.messaging.leafnodeAddresses[0]'] },
    {
      change: { 'aws.messaging.leafnodeAddresses': ['10.30.10.240', '10.30.11.240', '10.30.11.241'] },
      names: ['aws.messaging.leafnodeAddresses'],
    },
    { change: { 'gcp.messaging.leafnodeAddresses': ['10.21.0.240'] }, names: ['gcp.messaging.leafnodeAddresses[0]'] },
    { change: { 'gcp.messaging.leafnodeAddresses': ['10.20.15.254'] }, names: ['gcp.messaging.leafnodeAddresses[0]'] },
    { change: { 'gcp.messaging.leafnodeAddresses': ['10.20.0.240', '10.20.0.241'] }, names: ['gcp.messaging.leafnodeAddresses'] },
  ],
};

import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'gcp.network.asn': 4_200_000_001 } }],
  bad: [
    { change: { 'gcp.network.asn': 64_512 }, names: ['gcp.network.asn', 'aws.network.asn'] },
    { change: { 'aws.network.asn': 16_509 }, names: ['aws.network.asn'] },
    { change: { 'gcp.network.asn': 65_535 }, names: ['gcp.network.asn'] },
  ],
};

import type { Break } from '../law.ts';

export const breaks: readonly Break[] = [
  {
    what: 'a connection without a gateway',
    spoil: (tree) => {
      delete tree.object('aws', 'ec2/VPNConnection', 'crm-production-gcp-0').spec.forProvider.vpnGatewayIdRef;
    },
  },
];

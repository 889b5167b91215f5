import { formatAddress } from '../../../environments/cidr.ts';
import type { Cluster } from '../../cluster.ts';

/** One of the four tunnels. */
export interface Tunnel {
  /** 0 to 3, in the order of `link.tunnels`. */
  readonly number: number;
  /** Interface of Google's gateway, and the AWS connection to it: 0 or 1. */
  readonly connection: 0 | 1;
  /** The connection's first or second tunnel. */
  readonly half: 1 | 2;
  readonly inside: string;
  /** Addresses inside the tunnel: AWS takes the first host of the range, Google the second. */
  readonly awsAddress: string;
  readonly gcpAddress: string;
}

/** The four tunnels: two connections with two tunnels each. */
export function tunnelsOf({ platform: { link } }: Cluster): Tunnel[] {
  return link.tunnels.map((range, number) => ({
    number,
    connection: number < 2 ? 0 : 1,
    half: number % 2 === 0 ? 1 : 2,
    inside: range.text,
    awsAddress: formatAddress(range.first + 1),
    gcpAddress: formatAddress(range.first + 2),
  }));
}

/** Fields of the composite's status. */
export const FIELDS = {
  gatewayAddress: (connection: number) => `gcpGatewayAddress${connection}`,
  customerGateway: (connection: number) => `awsCustomerGateway${connection}`,
  vpnConnection: (connection: number) => `awsConnection${connection}`,
  outsideAddress: (tunnel: number) => `awsTunnelAddress${tunnel}`,
  gateway: 'gcpGateway',
  externalGateway: 'gcpExternalGateway',
  tunnel: (tunnel: number) => `gcpTunnel${tunnel}`,
  interface: (tunnel: number) => `gcpInterface${tunnel}`,
} as const;

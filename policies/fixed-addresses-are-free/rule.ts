import { type Cidr, contains, parseCidr } from '../../environments/cidr.ts';
import type { Platform } from '../../environments/platform.ts';
import type { Breach, Rule } from '../rule.ts';

/** AWS keeps the first four addresses of a subnet and the last; Google the first two of a range and the last two. */
const KEPT = { aws: { first: 4, last: 1 }, gcp: { first: 2, last: 2 } } as const;

export const fixedAddressesAreFree: Rule = {
  code: 'TD404',
  name: 'fixed-addresses-are-free',
  severity: 'error',
  law: 'Messaging has one fixed address in each private subnet of AWS and one in the nodes’ range of Google, none of which the cloud keeps for itself.',
  check: (platform) => [...aws(platform), ...gcp(platform)],
};

function aws({ aws: { network, messaging } }: Platform): Breach[] {
  const path = 'aws.messaging.leafnodeAddresses';
  const subnets = network.subnets.filter((subnet) => subnet.role === 'private');
  // The load balancer takes them in the order of its subnets.
  const misplaced = subnets.flatMap((subnet, index): Breach[] => {
    const address = messaging.leafnodeAddresses[index];
    if (address === undefined)
      return [
        {
          paths: [path],
          message: `no address for the subnet ${subnet.name}`,
          hint: `Add a free one of ${subnet.cidr.text} at place ${index + 1}.`,
        },
      ];
    return usable(address, subnet.cidr, KEPT.aws)
      ? []
      : [
          {
            paths: [`${path}[${index}]`],
            message: `${address} is no address that one may choose in ${subnet.name}, ${subnet.cidr.text}`,
            hint: 'Use a free address of that subnet, not one of the first four nor the last.',
          },
        ];
  });
  const extra = messaging.leafnodeAddresses.length - subnets.length;
  return [
    ...misplaced,
    ...(extra > 0
      ? [
          {
            paths: [path] as const,
            message: `${extra} addresses more than private subnets`,
            hint: `Keep ${subnets.length}, one a private subnet.`,
          },
        ]
      : []),
  ];
}

function gcp({ gcp: { network, messaging } }: Platform): Breach[] {
  const path = 'gcp.messaging.leafnodeAddresses';
  const [address, ...more] = messaging.leafnodeAddresses;
  return [
    ...(address !== undefined && usable(address, network.nodes, KEPT.gcp)
      ? []
      : [
          {
            paths: [`${path}[0]`] as const,
            message: `${address} is no address that one may choose in ${network.nodes.text}`,
            hint: 'Use a free address of gcp.network.nodes, not one of the first two nor the last two.',
          },
        ]),
    ...(more.length > 0
      ? [{ paths: [path] as const, message: `${more.length + 1} addresses for one load balancer`, hint: 'Keep one.' }]
      : []),
  ];
}

function usable(address: string, range: Cidr, kept: { first: number; last: number }): boolean {
  const one = parseCidr(`${address}/32`);
  return !('problem' in one) && contains(range, one) && one.first >= range.first + kept.first && one.first <= range.last - kept.last;
}

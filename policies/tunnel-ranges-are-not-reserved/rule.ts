import { type Cidr, overlaps, parseCidr } from '../../environments/cidr.ts';
import type { Rule } from '../rule.ts';

/** Inside ranges that AWS Site-to-Site VPN refuses; AWS VpnTunnelOptionsSpecification, read 2026-08. */
const RESERVED = [
  '169.254.0.0/30',
  '169.254.1.0/30',
  '169.254.2.0/30',
  '169.254.3.0/30',
  '169.254.4.0/30',
  '169.254.5.0/30',
  '169.254.169.252/30',
].map((text) => parseCidr(text) as Cidr);
const LINK_LOCAL = parseCidr('169.254.0.0/16') as Cidr;

export const tunnelRangesAreNotReserved: Rule = {
  code: 'TD103',
  name: 'tunnel-ranges-are-not-reserved',
  severity: 'error',
  law: 'Inside ranges of tunnels are /30 blocks of 169.254.0.0/16 that AWS does not keep for itself.',
  check({ link }) {
    return link.tunnels.flatMap((range, index) => {
      const path = `link.tunnels[${index}]`;
      const reserved = RESERVED.find((other) => overlaps(range, other));
      if (range.prefix !== 30 || range.first < LINK_LOCAL.first || range.last > LINK_LOCAL.last)
        return [
          { paths: [path] as const, message: `${range.text} is not a /30 inside 169.254.0.0/16`, hint: 'Use for example 169.254.10.0/30.' },
        ];
      if (reserved)
        return [
          {
            paths: [path] as const,
            message: `${range.text} touches ${reserved.text}, which AWS reserves`,
            hint: 'Use a block from 169.254.6.0/30 on, for example 169.254.10.0/30.',
          },
        ];
      return [];
    });
  },
};

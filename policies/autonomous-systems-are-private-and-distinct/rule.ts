import type { Breach, Rule } from '../rule.ts';

const isPrivate = (asn: number): boolean => (asn >= 64_512 && asn <= 65_534) || (asn >= 4_200_000_000 && asn <= 4_294_967_294);

export const autonomousSystemsArePrivateAndDistinct: Rule = {
  code: 'TD104',
  name: 'autonomous-systems-are-private-and-distinct',
  severity: 'error',
  law: 'Each side of the VPN has its own private BGP number (RFC 6996); with one number for both, BGP would drop every route as a loop.',
  check({ aws, gcp }) {
    const sides = [
      { path: 'aws.network.asn', asn: aws.network.asn },
      { path: 'gcp.network.asn', asn: gcp.network.asn },
    ];
    const breaches: Breach[] = sides
      .filter(({ asn }) => !isPrivate(asn))
      .map(({ path, asn }) => ({
        paths: [path],
        message: `${asn} is not a private number`,
        hint: 'Use 64512 to 65534 or 4200000000 to 4294967294.',
      }));
    if (aws.network.asn === gcp.network.asn)
      breaches.push({
        paths: ['gcp.network.asn', 'aws.network.asn'],
        message: `both sides use ${aws.network.asn}`,
        hint: 'Give one side another private number.',
      });
    return breaches;
  },
};

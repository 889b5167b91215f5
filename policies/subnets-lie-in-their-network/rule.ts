import { contains, overlaps } from '../../environments/cidr.ts';
import type { Breach, Rule } from '../rule.ts';

export const subnetsLieInTheirNetwork: Rule = {
  code: 'TD102',
  name: 'subnets-lie-in-their-network',
  severity: 'error',
  law: 'Subnets lie inside the VPC, share no address or name, stand in the region, and each role has two zones, so that losing a zone loses no role.',
  check({ aws }) {
    const subnets = aws.network.subnets.map((subnet, index) => ({ ...subnet, path: `aws.network.subnets[${index}]` }));
    const breaches: Breach[] = [];
    for (const [index, subnet] of subnets.entries()) {
      if (!contains(aws.network.vpc, subnet.cidr))
        breaches.push({
          paths: [`${subnet.path}.cidr`, 'aws.network.vpc'],
          message: `subnet ${subnet.name} ${subnet.cidr.text} is not inside the VPC ${aws.network.vpc.text}`,
          hint: `Choose a range inside ${aws.network.vpc.text}, or widen the VPC.`,
        });
      if (!subnet.zone.startsWith(aws.region))
        breaches.push({
          paths: [`${subnet.path}.zone`, 'aws.region'],
          message: `subnet ${subnet.name} stands in ${subnet.zone}, which is not in region ${aws.region}`,
          hint: `Use a zone such as ${aws.region}a.`,
        });
      for (const other of subnets.slice(index + 1)) {
        if (overlaps(subnet.cidr, other.cidr))
          breaches.push({
            paths: [`${other.path}.cidr`, `${subnet.path}.cidr`],
            message: `subnet ${other.name} ${other.cidr.text} overlaps subnet ${subnet.name} ${subnet.cidr.text}`,
            hint: 'Give one of them a free range.',
          });
        if (subnet.name === other.name)
          breaches.push({
            paths: [`${other.path}.name`, `${subnet.path}.name`],
            message: `two subnets are called ${subnet.name}`,
            hint: 'Give one of them another name.',
          });
      }
    }
    for (const role of ['public', 'private', 'pods'] as const) {
      const zones = new Set(subnets.filter((subnet) => subnet.role === role).map((subnet) => subnet.zone));
      if (zones.size === 1 || (zones.size === 0 && role !== 'pods'))
        breaches.push({
          paths: ['aws.network.subnets'],
          message: `${role} subnets stand in ${zones.size} zone(s) (${[...zones].join(', ') || 'none'}); at least 2 distinct zones are needed`,
          hint: `Add a ${role} subnet in another zone.`,
        });
    }
    return breaches;
  },
};

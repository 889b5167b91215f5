import type { Platform } from './platform.ts';

/** Two values that would give two resources one name, or a resource no place; the loader says where they are written. */
export interface Clash {
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

/** What no schema of one value can see: names that become names of resources must differ, zones must lie in their region. */
export function clashes(platform: Platform): Clash[] {
  const { aws, gcp } = platform;
  const services = `${gcp.kubernetes.name}-services`;
  return [
    ...repeated(aws.network.subnets.map((subnet) => subnet.name)).map(([index, first]) => ({
      path: `aws.network.subnets[${index}].name`,
      message: `"${aws.network.subnets[index]?.name}" is the name of aws.network.subnets[${first}] too`,
      hint: 'Give each subnet a name of its own, for example its role and its zone’s letter.',
    })),
    ...aws.network.subnets.flatMap((subnet, index) =>
      outside(subnet.zone, aws.region, /^[a-z]$/)
        ? [notIn(`aws.network.subnets[${index}].zone`, subnet.zone, 'aws.region', aws.region)]
        : [],
    ),
    ...gcp.kubernetes.zones.flatMap((zone, index) =>
      outside(zone, gcp.region, /^-[a-z]$/) ? [notIn(`gcp.kubernetes.zones[${index}]`, zone, 'gcp.region', gcp.region)] : [],
    ),
    ...(gcp.gateway.address === services
      ? [
          {
            path: 'gcp.gateway.address',
            message: `"${services}" is the name of the range for Cloud SQL and Memorystore`,
            hint: 'Give the load balancer’s address another name.',
          },
        ]
      : []),
    ...repeated(platform.existing.map(({ kind, name }) => `${kind} ${name}`)).map(([index, first]) => ({
      path: `existing[${index}]`,
      message: `existing[${first}] says another id for the same resource`,
      hint: 'Keep the one that the cloud shows.',
    })),
  ];
}

/** Index of each repeated text, and of where it stood first. */
function repeated(texts: readonly string[]): [index: number, first: number][] {
  return texts.flatMap((text, index) => {
    const first = texts.indexOf(text);
    return first < index ? [[index, first] as [number, number]] : [];
  });
}

function outside(zone: string, region: string, rest: RegExp): boolean {
  return !(zone.startsWith(region) && rest.test(zone.slice(region.length)));
}

function notIn(path: string, zone: string, key: string, region: string): Clash {
  return { path, message: `${zone} is no zone of ${key}, ${region}`, hint: `Use a zone of ${region}, or change ${key}.` };
}

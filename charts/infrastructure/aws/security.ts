import type { Chart } from 'cdk8s';
import { CLOUDFLARE_RANGES } from '../../addresses.ts';
import type { Cluster } from '../../cluster.ts';
import { type Managed, managed } from '../managed.ts';
import { baseName, named, tags } from '../names.ts';

/** A rule has one source or one target. */
export type Peer =
  | { readonly cidrIpv4: string }
  | { readonly referencedSecurityGroupIdRef: { readonly name: string } }
  | { readonly prefixListIdRef: { readonly name: string } }
  | Record<string, never>;

interface Rule {
  readonly direction: 'Ingress' | 'Egress';
  readonly name: string;
  /** The group it belongs to; left out where a composition fills it in. */
  readonly group?: string;
  readonly peer: Peer;
  /** The one TCP port; `icmp` for the check that large packets cross the link. */
  readonly port: number | 'icmp';
  readonly description: string;
}

/** One rule of a security group: one protocol, one port, one peer. */
export function securityGroupRule(cluster: Cluster, { direction, name, group, peer, port, description }: Rule): Managed {
  return {
    kind: `ec2/SecurityGroup${direction}Rule`,
    name: named(cluster, name),
    wave: -15,
    forProvider: {
      region: cluster.platform.aws.region,
      ...(group ? { securityGroupIdRef: { name: named(cluster, group) } } : {}),
      ...peer,
      ...(port === 'icmp' ? { ipProtocol: 'icmp', fromPort: -1, toPort: -1 } : { ipProtocol: 'tcp', fromPort: port, toPort: port }),
      description,
      tags: tags(cluster, named(cluster, name)),
    },
  };
}

/** Ranges of the other cloud that may call this cloud's stores, by what calls from them. */
function googleCallers({ platform: { gcp } }: Cluster): { nodes: string; pods: string; services: string } {
  return { nodes: gcp.network.nodes.text, pods: gcp.network.pods.text, services: gcp.network.privateServices.text };
}

/**
 * The groups of the load balancer, the database and the cache, with every rule that names a range. Rules that
 * name the nodes' group stand with the cluster, whose group AWS makes.
 */
export function securityGroups(scope: Chart, cluster: Cluster): void {
  const { aws, gcp, application } = cluster.platform;
  const add = (resource: Managed): void => managed(scope, cluster, resource);
  const google = googleCallers(cluster);
  group(cluster, add, 'alb', 'Application Load Balancer: Cloudflare alone calls it');
  group(cluster, add, 'database', 'RDS: both clouds call it, and it calls Cloud SQL when it is the subscriber');
  group(cluster, add, 'cache', 'ElastiCache: both clouds call it');
  prefixList(cluster, add);
  const rules: Rule[] = [
    ...[443, 80].map((port) => ({
      direction: 'Ingress' as const,
      name: `alb-from-cloudflare-${port}`,
      group: 'alb',
      peer: { prefixListIdRef: { name: named(cluster, 'cloudflare') } },
      port,
      description: port === 443 ? 'Cloudflare' : 'Cloudflare, redirected to HTTPS',
    })),
    ...podRanges(cluster).map(({ name, range }) => ({
      direction: 'Egress' as const,
      name: `alb-to-${name}`,
      group: 'alb',
      peer: { cidrIpv4: range },
      port: application.port,
      description: `pods in ${name}`,
    })),
    ...Object.entries(google).map(([caller, range]) => ({
      direction: 'Ingress' as const,
      name: `database-from-gcp-${caller}`,
      group: 'database',
      peer: { cidrIpv4: range },
      port: aws.database.port,
      description: caller === 'services' ? 'Cloud SQL as the subscriber' : `GKE ${caller}`,
    })),
    {
      direction: 'Egress',
      name: 'database-to-gcp-services',
      group: 'database',
      peer: { cidrIpv4: google.services },
      port: gcp.database.port,
      description: 'RDS as the subscriber of Cloud SQL, after a failover',
    },
    ...(['nodes', 'pods'] as const).map((caller) => ({
      direction: 'Ingress' as const,
      name: `cache-from-gcp-${caller}`,
      group: 'cache',
      peer: { cidrIpv4: google[caller] },
      port: aws.cache.port,
      description: `GKE ${caller}`,
    })),
  ];
  for (const rule of rules) add(securityGroupRule(cluster, rule));
}

function podRanges(cluster: Cluster): { name: string; range: string }[] {
  const { subnets } = cluster.platform.aws.network;
  return subnets.filter((subnet) => subnet.role !== 'public').map((subnet) => ({ name: subnet.name, range: subnet.cidr.text }));
}

function group(cluster: Cluster, add: (resource: Managed) => void, suffix: string, description: string): void {
  const name = named(cluster, suffix);
  add({
    kind: 'ec2/SecurityGroup',
    name,
    wave: -18,
    forProvider: {
      region: cluster.platform.aws.region,
      name,
      description,
      vpcIdRef: { name: baseName(cluster) },
      tags: tags(cluster, name),
    },
  });
}

/** Cloudflare's ranges as one list, so that a rule has one source and a new range is one line. */
function prefixList(cluster: Cluster, add: (resource: Managed) => void): void {
  const name = named(cluster, 'cloudflare');
  add({
    kind: 'ec2/ManagedPrefixList',
    name,
    wave: -18,
    forProvider: {
      region: cluster.platform.aws.region,
      name,
      addressFamily: 'IPv4',
      maxEntries: 20,
      entry: CLOUDFLARE_RANGES.map((cidr) => ({ cidr, description: 'Cloudflare' })),
      tags: tags(cluster, name),
    },
  });
}

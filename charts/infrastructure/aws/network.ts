import type { Chart } from 'cdk8s';
import type { Cluster } from '../../cluster.ts';
import { type Managed, managed } from '../managed.ts';
import { baseName, named, tags } from '../names.ts';

/** Roles that the load balancer controller and the pod network look for. Source: EKS, subnet tags; VPC CNI, subnet discovery. */
const ROLE_TAGS = {
  public: { 'kubernetes.io/role/elb': '1' },
  private: { 'kubernetes.io/role/internal-elb': '1' },
  pods: { 'kubernetes.io/role/cni': '1' },
} as const;

/** Names of the subnets of one role. */
export function subnetsOf(cluster: Cluster, role: keyof typeof ROLE_TAGS): { name: string }[] {
  return cluster.platform.aws.network.subnets
    .filter((subnet) => subnet.role === role)
    .map((subnet) => ({ name: named(cluster, subnet.name) }));
}

/** The VPC: subnets, one way out a zone, and routes to the other cloud for nodes, pods and stores. */
export function network(scope: Chart, cluster: Cluster): void {
  const { aws } = cluster.platform;
  const { region } = aws;
  const name = baseName(cluster);
  const add = (resource: Managed): void => managed(scope, cluster, resource);
  add({
    kind: 'ec2/VPC',
    name,
    wave: -20,
    forProvider: {
      region,
      cidrBlock: aws.network.vpc.text,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: tags(cluster, name),
    },
  });
  add({ kind: 'ec2/InternetGateway', name, wave: -19, forProvider: { region, vpcIdRef: { name }, tags: tags(cluster, name) } });
  // Without rules: whatever is created without a group of its own reaches nothing.
  add({
    kind: 'ec2/DefaultSecurityGroup',
    name,
    wave: -19,
    forProvider: { region, vpcIdRef: { name }, ingress: [], egress: [], tags: tags(cluster, named(cluster, 'default-closed')) },
  });
  subnets(cluster, add);
  routes(cluster, add);
  add({
    kind: 'ec2/VPNGateway',
    name,
    wave: -18,
    forProvider: { region, amazonSideAsn: String(aws.network.asn), vpcIdRef: { name }, tags: tags(cluster, name) },
  });
  // Images and backups go to S3 without passing the NAT gateways.
  add({
    kind: 'ec2/VPCEndpoint',
    name: named(cluster, 's3'),
    wave: -18,
    forProvider: {
      region,
      serviceName: `com.amazonaws.${region}.s3`,
      vpcEndpointType: 'Gateway',
      vpcIdRef: { name },
      tags: tags(cluster, named(cluster, 's3')),
    },
  });
}

function subnets(cluster: Cluster, add: (resource: Managed) => void): void {
  const { aws } = cluster.platform;
  for (const subnet of aws.network.subnets) {
    const name = named(cluster, subnet.name);
    add({
      kind: 'ec2/Subnet',
      name,
      wave: -19,
      forProvider: {
        region: aws.region,
        vpcIdRef: { name: baseName(cluster) },
        availabilityZone: subnet.zone,
        cidrBlock: subnet.cidr.text,
        mapPublicIpOnLaunch: false,
        tags: { ...tags(cluster, name), [`kubernetes.io/cluster/${baseName(cluster)}`]: 'shared', ...ROLE_TAGS[subnet.role] },
      },
    });
  }
}

/** One public table; a private table a zone, whose way out is the zone's own NAT gateway. Both kinds of private subnets share it. */
function routes(cluster: Cluster, add: (resource: Managed) => void): void {
  const { aws } = cluster.platform;
  const { region } = aws;
  const vpcIdRef = { name: baseName(cluster) };
  const table = (name: string): void =>
    add({ kind: 'ec2/RouteTable', name, wave: -18, forProvider: { region, vpcIdRef, tags: tags(cluster, name) } });
  const everything = { region, destinationCidrBlock: '0.0.0.0/0' };
  const publicTable = named(cluster, 'public');
  table(publicTable);
  add({
    kind: 'ec2/Route',
    name: named(cluster, 'public-default'),
    wave: -17,
    forProvider: { ...everything, routeTableIdRef: { name: publicTable }, gatewayIdRef: vpcIdRef },
  });
  for (const zone of zonesOf(cluster)) {
    const nat = named(cluster, `nat-${zone.suffix}`);
    const privateTable = named(cluster, `private-${zone.suffix}`);
    add({ kind: 'ec2/EIP', name: nat, wave: -18, forProvider: { region, domain: 'vpc', tags: tags(cluster, nat) } });
    add({
      kind: 'ec2/NATGateway',
      name: nat,
      wave: -17,
      forProvider: {
        region,
        connectivityType: 'public',
        allocationIdRef: { name: nat },
        subnetIdRef: { name: named(cluster, zone.publicSubnet) },
        tags: tags(cluster, nat),
      },
    });
    table(privateTable);
    add({
      kind: 'ec2/Route',
      name: named(cluster, `private-${zone.suffix}-default`),
      wave: -16,
      forProvider: { ...everything, routeTableIdRef: { name: privateTable }, natGatewayIdRef: { name: nat } },
    });
    add({
      kind: 'ec2/VPNGatewayRoutePropagation',
      name: privateTable,
      wave: -16,
      forProvider: { region, routeTableIdRef: { name: privateTable }, vpnGatewayIdRef: { name: baseName(cluster) } },
    });
    add({
      kind: 'ec2/VPCEndpointRouteTableAssociation',
      name: named(cluster, `s3-${zone.suffix}`),
      wave: -16,
      forProvider: { region, routeTableIdRef: { name: privateTable }, vpcEndpointIdRef: { name: named(cluster, 's3') } },
    });
  }
  for (const subnet of aws.network.subnets) {
    const routeTable = subnet.role === 'public' ? publicTable : named(cluster, `private-${suffixOf(subnet.zone)}`);
    add({
      kind: 'ec2/RouteTableAssociation',
      name: named(cluster, subnet.name),
      wave: -16,
      forProvider: { region, subnetIdRef: { name: named(cluster, subnet.name) }, routeTableIdRef: { name: routeTable } },
    });
  }
}

function suffixOf(zone: string): string {
  return zone.slice(-1);
}

/** Zones that hold private or pod subnets, each with the public subnet its NAT gateway stands in: its own, or the first. */
function zonesOf(cluster: Cluster): { suffix: string; publicSubnet: string }[] {
  const { subnets } = cluster.platform.aws.network;
  const publicIn = (zone?: string) => subnets.find((subnet) => subnet.role === 'public' && (zone === undefined || subnet.zone === zone));
  const zones = [...new Set(subnets.filter((subnet) => subnet.role !== 'public').map((subnet) => subnet.zone))].sort();
  return zones.map((zone) => ({ suffix: suffixOf(zone), publicSubnet: (publicIn(zone) ?? publicIn())?.name ?? 'public' }));
}

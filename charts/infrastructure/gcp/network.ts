import type { Chart } from 'cdk8s';
import { GOOGLE_FRONT_ENDS } from '../../addresses.ts';
import type { Cluster } from '../../cluster.ts';
import { PORTS } from '../../names.ts';
import { type Managed, managed } from '../managed.ts';
import { baseName, named, tags } from '../names.ts';

/** Secondary ranges of the subnetwork. */
export const RANGES = { pods: 'pods', services: 'services' } as const;

/** APIs that the resources need; never switched off again. */
const APIS = [
  'certificatemanager',
  'cloudkms',
  'cloudresourcemanager',
  'compute',
  'container',
  'dns',
  'iam',
  'iamcredentials',
  'logging',
  'monitoring',
  'redis',
  'secretmanager',
  'servicenetworking',
  'sqladmin',
  'sts',
];

export function services(scope: Chart, cluster: Cluster): void {
  const { project } = cluster.platform.gcp;
  for (const api of APIS)
    managed(scope, cluster, {
      kind: 'cloudplatform/ProjectService',
      name: named(cluster, api),
      wave: -25,
      forProvider: { project, service: `${api}.googleapis.com`, disableOnDestroy: false },
    });
}

/** The network: one subnetwork, a way out, a router for the link, and the peering with Google's services. */
export function network(scope: Chart, cluster: Cluster): void {
  const { gcp, link } = cluster.platform;
  const { region } = gcp;
  const name = baseName(cluster);
  const networkRef = { name };
  const add = (resource: Managed): void => managed(scope, cluster, resource);
  add({
    kind: 'compute/Network',
    name,
    wave: -20,
    forProvider: { autoCreateSubnetworks: false, routingMode: 'GLOBAL', mtu: link.mtu },
  });
  add({
    kind: 'compute/Subnetwork',
    name,
    wave: -19,
    forProvider: {
      region,
      networkRef,
      ipCidrRange: gcp.network.nodes.text,
      secondaryIpRange: [
        { rangeName: RANGES.pods, ipCidrRange: gcp.network.pods.text },
        { rangeName: RANGES.services, ipCidrRange: gcp.network.services.text },
      ],
      privateIpGoogleAccess: true,
      logConfig: { aggregationInterval: 'INTERVAL_1_MIN', flowSampling: 0.1, metadata: 'INCLUDE_ALL_METADATA' },
    },
  });
  const nat = named(cluster, 'nat');
  add({ kind: 'compute/Router', name: nat, wave: -18, forProvider: { region, networkRef } });
  add({
    kind: 'compute/RouterNAT',
    name: nat,
    wave: -17,
    forProvider: {
      region,
      routerRef: { name: nat },
      natIpAllocateOption: 'AUTO_ONLY',
      sourceSubnetworkIpRangesToNat: 'ALL_SUBNETWORKS_ALL_IP_RANGES',
      enableDynamicPortAllocation: true,
      minPortsPerVm: 64,
      maxPortsPerVm: 4096,
      logConfig: { enable: true, filter: 'ERRORS_ONLY' },
    },
  });
  linkRouter(cluster, add);
  privateServices(cluster, add);
  add({
    kind: 'compute/Address',
    name: named(cluster, 'nats'),
    wave: -18,
    forProvider: {
      region,
      addressType: 'INTERNAL',
      purpose: 'GCE_ENDPOINT',
      subnetworkRef: { name },
      address: gcp.messaging.leafnodeAddresses[0],
    },
  });
}

/** Announces what AWS may reach: all subnets, pods and services of them, and the peered range, which no default contains. */
function linkRouter(cluster: Cluster, add: (resource: Managed) => void): void {
  const { gcp, link } = cluster.platform;
  add({
    kind: 'compute/Router',
    name: named(cluster, 'link'),
    wave: -18,
    forProvider: {
      region: gcp.region,
      networkRef: { name: baseName(cluster) },
      bgp: {
        asn: gcp.network.asn,
        keepaliveInterval: Math.round(link.keepalive),
        advertiseMode: 'CUSTOM',
        advertisedGroups: ['ALL_SUBNETS'],
        advertisedIpRanges: [
          { range: gcp.network.pods.text, description: 'pods' },
          { range: gcp.network.privateServices.text, description: 'Cloud SQL and Memorystore' },
        ],
      },
    },
  });
}

/** Cloud SQL and Memorystore live in a network of Google's that is peered here; it must learn the routes to AWS. */
function privateServices(cluster: Cluster, add: (resource: Managed) => void): void {
  const { privateServices: range } = cluster.platform.gcp.network;
  const name = named(cluster, 'services');
  const networkRef = { name: baseName(cluster) };
  add({
    kind: 'compute/GlobalAddress',
    name,
    wave: -18,
    forProvider: {
      purpose: 'VPC_PEERING',
      addressType: 'INTERNAL',
      address: range.text.split('/')[0],
      prefixLength: range.prefix,
      networkRef,
    },
  });
  add({
    kind: 'servicenetworking/Connection',
    name,
    wave: -17,
    forProvider: {
      service: 'servicenetworking.googleapis.com',
      networkRef,
      reservedPeeringRangesRefs: [{ name }],
      updateOnCreationFail: true,
      deletionPolicy: 'ABANDON',
    },
  });
  add({
    kind: 'compute/NetworkPeeringRoutesConfig',
    name,
    wave: -16,
    forProvider: { networkRef, peering: 'servicenetworking-googleapis-com', exportCustomRoutes: true, importCustomRoutes: true },
  });
}

interface Flow {
  readonly direction: 'INGRESS' | 'EGRESS';
  readonly ranges: readonly string[];
  readonly allow?: readonly { protocol: string; ports?: string[] }[];
  readonly deny?: readonly { protocol: string }[];
  readonly priority?: number;
}

/**
 * Rules of the nodes. The producer network of Cloud SQL and Memorystore and the VPN gateway take no rules: what
 * may reach them is decided on the way out, here and in the network policies.
 */
function flows(cluster: Cluster): Record<string, Flow> {
  const { gcp, aws, application } = cluster.platform;
  const tcp = (...ports: number[]) => [{ protocol: 'tcp', ports: ports.map(String) }];
  const awsPrivate = aws.network.subnets.filter((subnet) => subnet.role === 'private').map((subnet) => subnet.cidr.text);
  const awsCallers = aws.network.subnets.filter((subnet) => subnet.role !== 'public').map((subnet) => subnet.cidr.text);
  const peered = gcp.network.privateServices.text;
  return {
    'allow-front-ends': { direction: 'INGRESS', ranges: GOOGLE_FRONT_ENDS, allow: tcp(application.port) },
    'allow-aws': {
      direction: 'INGRESS',
      ranges: awsCallers,
      allow: [...tcp(PORTS.natsLeafnode), { protocol: 'icmp' }],
    },
    'allow-control-plane': {
      direction: 'INGRESS',
      ranges: [gcp.network.controlPlane.text],
      allow: tcp(443, 8443, 9443, 10_250),
    },
    'allow-to-stores': {
      direction: 'EGRESS',
      ranges: [peered],
      allow: tcp(gcp.database.port, gcp.cache.port),
      priority: 900,
    },
    'allow-to-aws-database': { direction: 'EGRESS', ranges: awsPrivate, allow: tcp(aws.database.port, aws.cache.port), priority: 900 },
    'allow-to-aws-messaging': {
      direction: 'EGRESS',
      ranges: awsCallers,
      allow: [...tcp(PORTS.natsLeafnode), { protocol: 'icmp' }],
      priority: 900,
    },
    // What is not listed above does not cross the link, nor reach a store.
    'deny-to-stores': { direction: 'EGRESS', ranges: [peered], deny: [{ protocol: 'all' }], priority: 1000 },
    'deny-to-aws': { direction: 'EGRESS', ranges: [aws.network.vpc.text], deny: [{ protocol: 'all' }], priority: 1000 },
  };
}

export function firewall(scope: Chart, cluster: Cluster): void {
  for (const [suffix, { direction, ranges, allow, deny, priority = 1000 }] of Object.entries(flows(cluster)))
    managed(scope, cluster, {
      kind: 'compute/Firewall',
      name: named(cluster, suffix),
      wave: -17,
      forProvider: {
        networkRef: { name: baseName(cluster) },
        direction,
        priority,
        ...(direction === 'INGRESS' ? { sourceRanges: [...ranges], targetTags: [nodeTag(cluster)] } : { destinationRanges: [...ranges] }),
        ...(allow ? { allow: [...allow] } : {}),
        ...(deny ? { deny: [...deny] } : {}),
        logConfig: { metadata: 'EXCLUDE_ALL_METADATA' },
      },
    });
}

/** The network tag of every node. */
export function nodeTag(cluster: Cluster): string {
  return named(cluster, 'node');
}

/** What the Gateway names: its address, and the policy that admits Cloudflare alone. */
export function originGuard(scope: Chart, cluster: Cluster, cloudflare: readonly string[]): void {
  const { gateway } = cluster.platform.gcp;
  managed(scope, cluster, {
    kind: 'compute/GlobalAddress',
    name: gateway.address,
    wave: -18,
    forProvider: { addressType: 'EXTERNAL', ipVersion: 'IPV4', labels: tags(cluster, gateway.address) },
  });
  // A rule takes ten ranges.
  const tens = Array.from({ length: Math.ceil(cloudflare.length / 10) }, (_, index) => cloudflare.slice(index * 10, index * 10 + 10));
  const rule = (action: string, priority: number, srcIpRanges: readonly string[], description: string) => ({
    action,
    priority,
    description,
    match: { versionedExpr: 'SRC_IPS_V1', config: { srcIpRanges: [...srcIpRanges] } },
  });
  managed(scope, cluster, {
    kind: 'compute/SecurityPolicy',
    name: gateway.securityPolicy,
    wave: -18,
    forProvider: {
      type: 'CLOUD_ARMOR',
      description: 'Cloudflare alone',
      rule: [
        ...tens.map((ranges, index) => rule('allow', 1000 + index, ranges, 'Cloudflare')),
        rule('deny(403)', 2_147_483_647, ['*'], 'everybody else'),
      ],
    },
  });
}

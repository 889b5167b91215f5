/** API groups of the providers, and the version each serves. Namespaced kinds only. */
const AWS = { suffix: 'aws.m.upbound.io', version: 'v1beta1' } as const;
const GCP = { suffix: 'gcp.m.upbound.io', version: 'v1beta1' } as const;
/** The one provider for Cloudflare that is published with load balancing in namespaced kinds. */
const CLOUDFLARE = { suffix: 'upjet-cloudflare.m.upbound.io', version: 'v1alpha1' } as const;

interface Family {
  readonly suffix: string;
  readonly version: string;
}

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const service = <const S extends string, const K extends string>(family: Family, name: S, ...kinds: K[]) =>
  Object.fromEntries(
    kinds.map((kind) => [`${name}/${kind}`, { group: `${name}.${family.suffix}`, version: family.version, kind }]),
  ) as unknown as { readonly [Key in K as `${S}/${Key}`]: Kind };

/**
 * Every kind of managed resource that Tandem renders, by service and kind; nothing else is activated.
 * Source: provider-upjet-aws v2.6.0, provider-upjet-gcp v3.0.0, provider-upjet-cloudflare v0.2.14.
 */
export const KINDS = {
  ...service(AWS, 'cloudwatch', 'Dashboard', 'MetricAlarm'),
  ...service(AWS, 'cloudwatchlogs', 'Group'),
  ...service(AWS, 'ec2', 'CustomerGateway', 'DefaultSecurityGroup', 'EIP', 'FlowLog', 'InternetGateway', 'LaunchTemplate'),
  ...service(AWS, 'ec2', 'ManagedPrefixList', 'NATGateway', 'Route', 'RouteTable', 'RouteTableAssociation', 'SecurityGroup'),
  ...service(AWS, 'ec2', 'SecurityGroupEgressRule', 'SecurityGroupIngressRule', 'Subnet', 'VPC', 'VPCEndpoint'),
  ...service(AWS, 'ec2', 'VPCEndpointRouteTableAssociation', 'VPNConnection', 'VPNGateway', 'VPNGatewayRoutePropagation'),
  ...service(AWS, 'eks', 'AccessEntry', 'AccessPolicyAssociation', 'Addon', 'Cluster', 'NodeGroup', 'PodIdentityAssociation'),
  ...service(AWS, 'elasticache', 'ParameterGroup', 'ReplicationGroup', 'SubnetGroup'),
  ...service(AWS, 'iam', 'OpenIDConnectProvider', 'Role', 'RolePolicyAttachment'),
  ...service(AWS, 'kms', 'Alias', 'Key'),
  ...service(AWS, 'rds', 'Instance', 'ParameterGroup', 'SubnetGroup'),
  ...service(AWS, 'route53', 'Record', 'Zone'),
  ...service(AWS, 'secretsmanager', 'Secret'),
  ...service(AWS, 'sns', 'Topic', 'TopicPolicy', 'TopicSubscription'),
  ...service(GCP, 'cloudplatform', 'ProjectIAMMember', 'ProjectService', 'ServiceAccount', 'ServiceAccountIAMMember'),
  ...service(GCP, 'compute', 'Address', 'ExternalVPNGateway', 'Firewall', 'GlobalAddress', 'HaVPNGateway', 'Network'),
  ...service(GCP, 'compute', 'NetworkPeeringRoutesConfig', 'Router', 'RouterInterface', 'RouterNAT', 'RouterPeer', 'SecurityPolicy'),
  ...service(GCP, 'compute', 'Subnetwork', 'VPNTunnel'),
  ...service(GCP, 'container', 'Cluster', 'NodePool'),
  ...service(GCP, 'dns', 'ManagedZone', 'RecordSet'),
  ...service(GCP, 'kms', 'CryptoKey', 'CryptoKeyIAMMember', 'KeyRing'),
  ...service(GCP, 'monitoring', 'AlertPolicy', 'Dashboard', 'NotificationChannel', 'UptimeCheckConfig'),
  ...service(GCP, 'redis', 'Instance'),
  ...service(GCP, 'secretmanager', 'Secret', 'SecretIAMMember'),
  ...service(GCP, 'servicenetworking', 'Connection'),
  ...service(GCP, 'sql', 'Database', 'DatabaseInstance'),
  ...service(CLOUDFLARE, 'load', 'Balancer', 'BalancerMonitor', 'BalancerPool'),
  ...service(CLOUDFLARE, 'notification', 'Policy'),
  ...service(CLOUDFLARE, 'zone', 'Setting'),
};

/** A kind by its service: `ec2/VPC`, `rds/Instance`, `redis/Instance`. */
export type KindKey = keyof typeof KINDS;

export type Provider = 'aws' | 'gcp' | 'cloudflare';

/** Whose API a kind belongs to; also the name of the ClusterProviderConfig it uses. */
export function providerOf(key: KindKey): Provider {
  const { group } = KINDS[key];
  return group.endsWith(CLOUDFLARE.suffix) ? 'cloudflare' : group.endsWith(AWS.suffix) ? 'aws' : 'gcp';
}

/** The family member that serves a kind: `ec2`, `compute`, `load`. */
export function serviceOf(key: KindKey): string {
  return key.slice(0, key.indexOf('/'));
}

/** Name of the kind's definition, `vpcs.ec2.aws.m.upbound.io`. */
export function definitionOf(key: KindKey): string {
  const { group, kind } = KINDS[key];
  return `${plural(kind.toLowerCase())}.${group}`;
}

function plural(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return word.endsWith('s') ? `${word}es` : `${word}s`;
}

/** What is known of a kind of managed resource. */
interface KindFacts {
  /** Parameters without which the provider creates nothing. */
  readonly required: readonly string[];
  /** Field that refers to another object → the service and kind it resolves to. */
  readonly refs?: Readonly<Record<string, string>>;
  /** The cloud names it; an existing one is found by its id alone. */
  readonly id?: true;
}

/**
 * Every kind that may be rendered, by group and kind; a kind that is not here is a breach. Source: the
 * definitions of provider-upjet-aws v2.6.0, provider-upjet-gcp v3.0.0 and provider-upjet-cloudflare v0.2.14.
 */
export const KIND_FACTS: Readonly<Record<string, KindFacts>> = {
  'cloudwatch.aws.m.upbound.io/Dashboard': { required: ['dashboardBody', 'region'] },
  'cloudwatch.aws.m.upbound.io/MetricAlarm': { required: ['comparisonOperator', 'evaluationPeriods', 'region'] },
  'cloudwatchlogs.aws.m.upbound.io/Group': { required: ['region'], refs: { kmsKeyIdRef: 'kms/Key' } },
  'ec2.aws.m.upbound.io/CustomerGateway': { required: ['region', 'type'], id: true },
  'ec2.aws.m.upbound.io/DefaultSecurityGroup': { required: ['region'], refs: { vpcIdRef: 'ec2/VPC' }, id: true },
  'ec2.aws.m.upbound.io/EIP': { required: ['region'], id: true },
  'ec2.aws.m.upbound.io/FlowLog': { required: ['region'], refs: { vpcIdRef: 'ec2/VPC' }, id: true },
  'ec2.aws.m.upbound.io/InternetGateway': { required: ['region'], refs: { vpcIdRef: 'ec2/VPC' }, id: true },
  'ec2.aws.m.upbound.io/LaunchTemplate': { required: ['region'], id: true },
  'ec2.aws.m.upbound.io/ManagedPrefixList': { required: ['addressFamily', 'maxEntries', 'name', 'region'], id: true },
  'ec2.aws.m.upbound.io/NATGateway': { required: ['region'], refs: { allocationIdRef: 'ec2/EIP', subnetIdRef: 'ec2/Subnet' }, id: true },
  'ec2.aws.m.upbound.io/Route': {
    required: ['region'],
    refs: { natGatewayIdRef: 'ec2/NATGateway', routeTableIdRef: 'ec2/RouteTable', gatewayIdRef: 'ec2/InternetGateway' },
  },
  'ec2.aws.m.upbound.io/RouteTable': { required: ['region'], refs: { vpcIdRef: 'ec2/VPC' }, id: true },
  'ec2.aws.m.upbound.io/RouteTableAssociation': {
    required: ['region'],
    refs: { routeTableIdRef: 'ec2/RouteTable', subnetIdRef: 'ec2/Subnet' },
    id: true,
  },
  'ec2.aws.m.upbound.io/SecurityGroup': { required: ['region'], refs: { vpcIdRef: 'ec2/VPC' }, id: true },
  'ec2.aws.m.upbound.io/SecurityGroupEgressRule': { required: ['ipProtocol', 'region'], refs: { securityGroupIdRef: 'ec2/SecurityGroup' } },
  'ec2.aws.m.upbound.io/SecurityGroupIngressRule': {
    required: ['ipProtocol', 'region'],
    refs: {
      prefixListIdRef: 'ec2/ManagedPrefixList',
      securityGroupIdRef: 'ec2/SecurityGroup',
      referencedSecurityGroupIdRef: 'ec2/SecurityGroup',
    },
  },
  'ec2.aws.m.upbound.io/Subnet': { required: ['region'], refs: { vpcIdRef: 'ec2/VPC' }, id: true },
  'ec2.aws.m.upbound.io/VPC': { required: ['region'], id: true },
  'ec2.aws.m.upbound.io/VPCEndpoint': { required: ['region'], refs: { vpcIdRef: 'ec2/VPC' }, id: true },
  'ec2.aws.m.upbound.io/VPCEndpointRouteTableAssociation': {
    required: ['region'],
    refs: { routeTableIdRef: 'ec2/RouteTable', vpcEndpointIdRef: 'ec2/VPCEndpoint' },
    id: true,
  },
  'ec2.aws.m.upbound.io/VPNConnection': { required: ['region'], refs: { vpnGatewayIdRef: 'ec2/VPNGateway' }, id: true },
  'ec2.aws.m.upbound.io/VPNGateway': { required: ['region'], refs: { vpcIdRef: 'ec2/VPC' }, id: true },
  'ec2.aws.m.upbound.io/VPNGatewayRoutePropagation': {
    required: ['region'],
    refs: { routeTableIdRef: 'ec2/RouteTable', vpnGatewayIdRef: 'ec2/VPNGateway' },
    id: true,
  },
  'eks.aws.m.upbound.io/AccessEntry': { required: ['region'], refs: { clusterNameRef: 'eks/Cluster' } },
  'eks.aws.m.upbound.io/AccessPolicyAssociation': {
    required: ['accessScope', 'policyArn', 'region'],
    refs: { clusterNameRef: 'eks/Cluster', principalArnRef: 'eks/AccessEntry' },
  },
  'eks.aws.m.upbound.io/Addon': { required: ['addonName', 'region'], refs: { clusterNameRef: 'eks/Cluster' }, id: true },
  'eks.aws.m.upbound.io/Cluster': {
    required: ['region', 'vpcConfig'],
    refs: { roleArnRef: 'iam/Role', 'vpcConfig.subnetIdRefs': 'ec2/Subnet' },
  },
  'eks.aws.m.upbound.io/NodeGroup': {
    required: ['region', 'scalingConfig'],
    refs: { clusterNameRef: 'eks/Cluster', nodeRoleArnRef: 'iam/Role', subnetIdRefs: 'ec2/Subnet' },
  },
  'eks.aws.m.upbound.io/PodIdentityAssociation': {
    required: ['namespace', 'region', 'serviceAccount'],
    refs: { clusterNameRef: 'eks/Cluster', roleArnRef: 'iam/Role' },
    id: true,
  },
  'elasticache.aws.m.upbound.io/ParameterGroup': { required: ['family', 'name', 'region'], id: true },
  'elasticache.aws.m.upbound.io/ReplicationGroup': {
    required: ['description', 'region'],
    refs: { securityGroupIdRefs: 'ec2/SecurityGroup', subnetGroupNameRef: 'elasticache/SubnetGroup' },
  },
  'elasticache.aws.m.upbound.io/SubnetGroup': { required: ['region'], refs: { subnetIdRefs: 'ec2/Subnet' } },
  'iam.aws.m.upbound.io/OpenIDConnectProvider': { required: ['clientIdList', 'url'], id: true },
  'iam.aws.m.upbound.io/Role': { required: ['assumeRolePolicy'] },
  'iam.aws.m.upbound.io/RolePolicyAttachment': { required: [], refs: { roleRef: 'iam/Role' }, id: true },
  'kms.aws.m.upbound.io/Alias': { required: ['region'], refs: { targetKeyIdRef: 'kms/Key' } },
  'kms.aws.m.upbound.io/Key': { required: ['region'], id: true },
  'rds.aws.m.upbound.io/Instance': {
    required: ['instanceClass', 'region'],
    refs: {
      dbSubnetGroupNameRef: 'rds/SubnetGroup',
      kmsKeyIdRef: 'kms/Key',
      monitoringRoleArnRef: 'iam/Role',
      parameterGroupNameRef: 'rds/ParameterGroup',
      vpcSecurityGroupIdRefs: 'ec2/SecurityGroup',
    },
    id: true,
  },
  'rds.aws.m.upbound.io/ParameterGroup': { required: ['family', 'region'] },
  'rds.aws.m.upbound.io/SubnetGroup': { required: ['region'], refs: { subnetIdRefs: 'ec2/Subnet' } },
  'route53.aws.m.upbound.io/Record': { required: ['name', 'type'], refs: { zoneIdRef: 'route53/Zone' }, id: true },
  'route53.aws.m.upbound.io/Zone': { required: ['name'], refs: { 'vpc[].vpcIdRef': 'ec2/VPC' }, id: true },
  'secretsmanager.aws.m.upbound.io/Secret': { required: ['region'], refs: { kmsKeyIdRef: 'kms/Key' }, id: true },
  'sns.aws.m.upbound.io/Topic': { required: ['region'] },
  'sns.aws.m.upbound.io/TopicPolicy': { required: ['policy', 'region'], refs: { arnRef: 'sns/Topic' }, id: true },
  'sns.aws.m.upbound.io/TopicSubscription': { required: ['protocol', 'region'], refs: { topicArnRef: 'sns/Topic' }, id: true },
  'cloudplatform.gcp.m.upbound.io/ProjectIAMMember': { required: ['member', 'role'], id: true },
  'cloudplatform.gcp.m.upbound.io/ProjectService': { required: ['service'], id: true },
  'cloudplatform.gcp.m.upbound.io/ServiceAccount': { required: [] },
  'cloudplatform.gcp.m.upbound.io/ServiceAccountIAMMember': {
    required: ['member', 'role'],
    refs: { serviceAccountIdRef: 'cloudplatform/ServiceAccount' },
    id: true,
  },
  'compute.gcp.m.upbound.io/Address': { required: ['region'], refs: { subnetworkRef: 'compute/Subnetwork' } },
  'compute.gcp.m.upbound.io/ExternalVPNGateway': { required: [] },
  'compute.gcp.m.upbound.io/Firewall': { required: [], refs: { networkRef: 'compute/Network' } },
  'compute.gcp.m.upbound.io/GlobalAddress': { required: [], refs: { networkRef: 'compute/Network' } },
  'compute.gcp.m.upbound.io/HaVPNGateway': { required: ['region'] },
  'compute.gcp.m.upbound.io/Network': { required: [] },
  'compute.gcp.m.upbound.io/NetworkPeeringRoutesConfig': {
    required: ['exportCustomRoutes', 'importCustomRoutes'],
    refs: { networkRef: 'compute/Network' },
    id: true,
  },
  'compute.gcp.m.upbound.io/Router': { required: ['region'], refs: { networkRef: 'compute/Network' } },
  'compute.gcp.m.upbound.io/RouterInterface': { required: ['name'], id: true },
  'compute.gcp.m.upbound.io/RouterNAT': { required: ['region', 'sourceSubnetworkIpRangesToNat'], refs: { routerRef: 'compute/Router' } },
  'compute.gcp.m.upbound.io/RouterPeer': { required: ['peerAsn'] },
  'compute.gcp.m.upbound.io/SecurityPolicy': { required: [] },
  'compute.gcp.m.upbound.io/Subnetwork': { required: ['region'], refs: { networkRef: 'compute/Network' } },
  'compute.gcp.m.upbound.io/VPNTunnel': { required: ['region'] },
  'container.gcp.m.upbound.io/Cluster': {
    required: ['location'],
    refs: { networkRef: 'compute/Network', subnetworkRef: 'compute/Subnetwork' },
  },
  'container.gcp.m.upbound.io/NodePool': {
    required: [],
    refs: { clusterRef: 'container/Cluster', 'nodeConfig.serviceAccountRef': 'cloudplatform/ServiceAccount' },
  },
  'dns.gcp.m.upbound.io/ManagedZone': {
    required: ['dnsName'],
    refs: { 'privateVisibilityConfig.networks[].networkUrlRef': 'compute/Network' },
  },
  'dns.gcp.m.upbound.io/RecordSet': { required: ['name', 'type'], refs: { managedZoneRef: 'dns/ManagedZone' }, id: true },
  'kms.gcp.m.upbound.io/CryptoKey': { required: [], refs: { keyRingRef: 'kms/KeyRing' } },
  'kms.gcp.m.upbound.io/CryptoKeyIAMMember': { required: ['member', 'role'], refs: { cryptoKeyIdRef: 'kms/CryptoKey' }, id: true },
  'kms.gcp.m.upbound.io/KeyRing': { required: ['location'] },
  'monitoring.gcp.m.upbound.io/AlertPolicy': { required: ['combiner', 'conditions', 'displayName'], id: true },
  'monitoring.gcp.m.upbound.io/Dashboard': { required: ['dashboardJson'], id: true },
  'monitoring.gcp.m.upbound.io/NotificationChannel': { required: ['type'], id: true },
  'monitoring.gcp.m.upbound.io/UptimeCheckConfig': { required: ['displayName', 'timeout'], id: true },
  'redis.gcp.m.upbound.io/Instance': {
    required: ['memorySizeGb', 'region'],
    refs: { authorizedNetworkRef: 'compute/Network', customerManagedKeyRef: 'kms/CryptoKey' },
  },
  'secretmanager.gcp.m.upbound.io/Secret': { required: ['replication'] },
  'secretmanager.gcp.m.upbound.io/SecretIAMMember': {
    required: ['member', 'role'],
    refs: { secretIdRef: 'secretmanager/Secret' },
    id: true,
  },
  'servicenetworking.gcp.m.upbound.io/Connection': {
    required: ['service'],
    refs: { networkRef: 'compute/Network', reservedPeeringRangesRefs: 'compute/GlobalAddress' },
    id: true,
  },
  'sql.gcp.m.upbound.io/Database': { required: [], refs: { instanceRef: 'sql/DatabaseInstance' } },
  'sql.gcp.m.upbound.io/DatabaseInstance': {
    required: ['databaseVersion'],
    refs: { 'settings.ipConfiguration.privateNetworkRef': 'compute/Network' },
  },
  'load.upjet-cloudflare.m.upbound.io/Balancer': { required: ['defaultPools', 'fallbackPool', 'name'], id: true },
  'load.upjet-cloudflare.m.upbound.io/BalancerMonitor': { required: ['accountId'], id: true },
  'load.upjet-cloudflare.m.upbound.io/BalancerPool': { required: ['accountId', 'name', 'origins'], id: true },
  'notification.upjet-cloudflare.m.upbound.io/Policy': { required: ['accountId', 'alertType', 'mechanisms', 'name'], id: true },
  'zone.upjet-cloudflare.m.upbound.io/Setting': { required: ['settingId'], id: true },
};

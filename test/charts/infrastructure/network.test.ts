import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Rendered } from './tree.ts';

const test = suite('networks');
const tree = new Rendered();

test('N1: the VPC, its subnets with their roles, one way out a zone, and routes from the link', () => {
  assert.is(tree.one('aws', 'ec2/VPC', 'crm-production').forProvider.cidrBlock, '10.30.0.0/16');
  const roles: Record<string, string> = {
    public: 'kubernetes.io/role/elb',
    private: 'kubernetes.io/role/internal-elb',
    pods: 'kubernetes.io/role/cni',
  };
  for (const { name, role, zone, cidr } of tree.platform.aws.network.subnets) {
    const subnet = tree.one('aws', 'ec2/Subnet', `crm-production-${name}`).forProvider;
    assert.equal([subnet.cidrBlock, subnet.availabilityZone, subnet.tags[roles[role] as string]], [cidr.text, zone, '1']);
    const table = tree.one('aws', 'ec2/RouteTableAssociation', `crm-production-${name}`).forProvider.routeTableIdRef.name;
    assert.is(table, role === 'public' ? 'crm-production-public' : `crm-production-private-${zone.slice(-1)}`);
  }
  for (const zone of ['a', 'c']) {
    assert.is(
      tree.one('aws', 'ec2/NATGateway', `crm-production-nat-${zone}`).forProvider.subnetIdRef.name,
      `crm-production-public-${zone}`,
    );
    assert.is(
      tree.one('aws', 'ec2/Route', `crm-production-private-${zone}-default`).forProvider.natGatewayIdRef.name,
      `crm-production-nat-${zone}`,
    );
    assert.is(
      tree.one('aws', 'ec2/VPNGatewayRoutePropagation', `crm-production-private-${zone}`).forProvider.vpnGatewayIdRef.name,
      'crm-production',
    );
  }
  assert.is(tree.one('aws', 'ec2/Route', 'crm-production-public-default').forProvider.gatewayIdRef.name, 'crm-production');
});

test('N2: the network with its secondary ranges, a way out, and the peering whose routes reach AWS', () => {
  assert.is(tree.one('gcp', 'compute/Network', 'crm-production').forProvider.autoCreateSubnetworks, false);
  const subnetwork = tree.one('gcp', 'compute/Subnetwork', 'crm-production').forProvider;
  assert.is(subnetwork.ipCidrRange, '10.20.0.0/20');
  assert.equal(subnetwork.secondaryIpRange, [
    { rangeName: 'pods', ipCidrRange: '10.21.0.0/16' },
    { rangeName: 'services', ipCidrRange: '10.22.0.0/20' },
  ]);
  assert.ok(tree.one('gcp', 'compute/RouterNAT', 'crm-production-nat'));
  const range = tree.one('gcp', 'compute/GlobalAddress', 'crm-production-services').forProvider;
  assert.equal([range.purpose, range.address, range.prefixLength], ['VPC_PEERING', '10.24.0.0', 20]);
  assert.equal(tree.one('gcp', 'servicenetworking/Connection', 'crm-production-services').forProvider.reservedPeeringRangesRefs, [
    { name: 'crm-production-services' },
  ]);
  assert.is(tree.one('gcp', 'compute/NetworkPeeringRoutesConfig', 'crm-production-services').forProvider.exportCustomRoutes, true);
});

test('N3: two customer gateways, two connections, four tunnels with one proposal each, and the ranges of GCP announced', () => {
  assert.is(tree.all('aws', 'ec2/CustomerGateway').length, 2);
  const connections = tree.all('aws', 'ec2/VPNConnection').map(({ forProvider }) => forProvider);
  assert.equal(
    connections.flatMap((one) => [one.tunnel1InsideCidr, one.tunnel2InsideCidr]),
    ['169.254.10.0/30', '169.254.11.0/30', '169.254.12.0/30', '169.254.13.0/30'],
  );
  for (const one of connections)
    for (const half of [1, 2]) {
      assert.equal(one[`tunnel${half}IkeVersions`], ['ikev2']);
      for (const phase of [1, 2])
        for (const part of ['EncryptionAlgorithms', 'IntegrityAlgorithms', 'DhGroupNumbers'])
          assert.is(one[`tunnel${half}Phase${phase}${part}`].length, 1, part);
    }
  assert.is(tree.one('aws', 'compute/ExternalVPNGateway', 'crm-production-aws').forProvider.redundancyType, 'FOUR_IPS_REDUNDANCY');
  for (const kind of ['compute/VPNTunnel', 'compute/RouterInterface', 'compute/RouterPeer'])
    assert.is(tree.all('aws', kind).length, 4, kind);
  // Four keys, made in the cluster, letters alone: AWS refuses a key that begins with a zero.
  const keys = tree.one('aws', 'generators.external-secrets.io/Password', 'generated-link').forProvider;
  assert.equal([keys.digits, keys.symbols, keys.length, keys.secretKeys.length], [0, 0, 48, 4]);
  const { bgp } = tree.one('gcp', 'compute/Router', 'crm-production-link').forProvider;
  assert.equal([bgp.asn, bgp.advertisedGroups], [65_000, ['ALL_SUBNETS']]);
  assert.equal(
    bgp.advertisedIpRanges.map(({ range }: { range: string }) => range),
    ['10.21.0.0/16', '10.24.0.0/20'],
  );
});

test('N4: an MTU of 1400 on both networks, a keepalive of 20 s, and no MTU on the gateways', () => {
  assert.is(tree.one('gcp', 'compute/Network', 'crm-production').forProvider.mtu, 1400);
  const cni = JSON.parse(tree.one('aws', 'eks/Addon', 'crm-production-vpc-cni').forProvider.configurationValues);
  assert.is(cni.env.AWS_VPC_ENI_MTU, '1400');
  assert.is(tree.one('gcp', 'compute/Router', 'crm-production-link').forProvider.bgp.keepaliveInterval, 20);
  // Both sides let the check pass that sends large packets each way.
  assert.ok(
    tree
      .one('gcp', 'compute/Firewall', 'crm-production-allow-aws')
      .forProvider.allow.some(({ protocol }: { protocol: string }) => protocol === 'icmp'),
  );
  for (const caller of ['nodes', 'pods'])
    assert.is(tree.one('aws', 'ec2/SecurityGroupIngressRule', `crm-production-eks-from-gcp-${caller}`).forProvider.ipProtocol, 'icmp');
  for (const kind of ['ec2/VPNConnection', 'compute/VPNTunnel', 'compute/HaVPNGateway'])
    for (const { forProvider } of tree.all('aws', kind)) assert.not.match(JSON.stringify(forProvider), /mtu/i);
});

test('N5: only the listed flows cross the link', () => {
  // Into AWS: the stores' groups by range and port; the public subnets do not even have the routes.
  assert.equal(tree.names('aws', 'ec2/VPNGatewayRoutePropagation'), ['crm-production-private-a', 'crm-production-private-c']);
  // Into GCP: messaging and the connectivity check.
  const fromAws = tree.one('gcp', 'compute/Firewall', 'crm-production-allow-aws').forProvider;
  assert.equal(fromAws.allow, [{ protocol: 'tcp', ports: ['7422'] }, { protocol: 'icmp' }]);
  // Out of GCP: the rest is denied.
  const out = tree.all('gcp', 'compute/Firewall').filter(({ forProvider }) => forProvider.direction === 'EGRESS');
  const denied = out.filter(({ forProvider }) => forProvider.deny).flatMap(({ forProvider }) => forProvider.destinationRanges);
  assert.equal(denied.sort(), ['10.24.0.0/20', '10.30.0.0/16']);
});

test('either cloud can own the link, and the other watches what it can name', () => {
  const existing = [{ kind: 'VPNGateway', name: 'crm-production', id: 'vgw-1' }];
  const turned = new Rendered({ 'link.owner': 'gcp', existing });
  const policies = (rendered: Rendered, cloud: 'aws' | 'gcp'): string[] =>
    rendered
      .all(cloud, 'compute/VPNTunnel')
      .map(({ object }) => (object.manifest.spec as { managementPolicies: string[] }).managementPolicies.join());
  assert.equal(policies(tree, 'aws'), Array(4).fill('Observe,Create,Update'));
  assert.equal(policies(tree, 'gcp'), Array(4).fill('Observe'));
  assert.equal(policies(turned, 'gcp'), Array(4).fill('Observe,Create,Update'));
  assert.equal(policies(turned, 'aws'), Array(4).fill('Observe'));
  assert.is(turned.all('gcp', 'ec2/VPNConnection')[0]?.forProvider.vpnGatewayId, 'vgw-1');
});

test('names that both clouds must know resolve in both', () => {
  for (const [host, addresses] of [
    ['nats.aws.crm.internal', ['10.30.10.240', '10.30.11.240']],
    ['nats.gcp.crm.internal', ['10.20.0.240']],
  ] as const) {
    assert.equal(tree.all('aws', 'route53/Record').find(({ forProvider }) => forProvider.name === host)?.forProvider.records, addresses);
    assert.equal(
      tree.all('gcp', 'dns/RecordSet').find(({ forProvider }) => forProvider.name === `${host}.`)?.forProvider.rrdatas,
      addresses,
    );
  }
  const sql = tree.platform.gcp.database.host;
  assert.equal(tree.all('aws', 'route53/Record').find(({ forProvider }) => forProvider.name === sql)?.awaits, {
    'spec.forProvider.records[0]': 'databaseAddress',
  });
  assert.equal(tree.all('gcp', 'dns/RecordSet').find(({ forProvider }) => forProvider.name === `${sql}.`)?.awaits, {
    'spec.forProvider.rrdatas[0]': 'databaseAddress',
  });
});

test.run();

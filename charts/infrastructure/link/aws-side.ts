import type { Cluster } from '../../cluster.ts';
import { metricAlarm } from '../aws/monitoring.ts';
import type { Composed } from '../composition.ts';
import { idOf } from '../managed.ts';
import { baseName, named, PASSWORDS, tags } from '../names.ts';
import { FIELDS, type Tunnel, tunnelsOf } from './tunnels.ts';

/**
 * One proposal for each phase, which both sides speak: with several, or with IKEv1, a rekey can fail. AES-256-GCM
 * with a 384-bit curve. Source: AWS Site-to-Site VPN, tunnel options; Cloud VPN, supported IKE ciphers.
 */
const PROPOSAL = {
  IkeVersions: ['ikev2'],
  Phase1EncryptionAlgorithms: ['AES256-GCM-16'],
  Phase1IntegrityAlgorithms: ['SHA2-384'],
  Phase1DhGroupNumbers: [20],
  Phase1LifetimeSeconds: 28_800,
  Phase2EncryptionAlgorithms: ['AES256-GCM-16'],
  Phase2IntegrityAlgorithms: ['SHA2-384'],
  Phase2DhGroupNumbers: [20],
  Phase2LifetimeSeconds: 3600,
  StartupAction: 'start',
  DpdTimeoutAction: 'restart',
  DpdTimeoutSeconds: 30,
} as const;

const onAws = (cluster: Cluster): Cluster => ({ ...cluster, cloud: 'aws' });

/** A customer gateway for each interface of Google's gateway, and a connection with two tunnels to each. */
function connections(cluster: Cluster): Composed[] {
  const { aws, gcp } = cluster.platform;
  const here = onAws(cluster);
  return ([0, 1] as const).flatMap((number): Composed[] => {
    const name = named(here, `gcp-${number}`);
    const tunnels = tunnelsOf(cluster).filter((tunnel) => tunnel.connection === number);
    return [
      {
        step: `customer-gateway-${number}`,
        kind: 'ec2/CustomerGateway',
        name,
        forProvider: { region: aws.region, type: 'ipsec.1', bgpAsn: String(gcp.network.asn), tags: tags(here, name) },
        needs: { 'forProvider.ipAddress': FIELDS.gatewayAddress(number) },
        exports: { [FIELDS.customerGateway(number)]: 'id' },
      },
      {
        step: `connection-${number}`,
        kind: 'ec2/VPNConnection',
        name,
        forProvider: {
          region: aws.region,
          type: 'ipsec.1',
          staticRoutesOnly: false,
          ...virtualGateway(cluster),
          ...Object.assign({}, ...tunnels.map((tunnel) => tunnelOptions(cluster, tunnel))),
          tags: tags(here, name),
        },
        needs: { 'forProvider.customerGatewayId': FIELDS.customerGateway(number) },
        exports: {
          [FIELDS.vpnConnection(number)]: 'id',
          ...Object.fromEntries(tunnels.map((tunnel) => [FIELDS.outsideAddress(tunnel.number), `tunnel${tunnel.half}Address`])),
        },
      },
    ];
  });
}

/** The gateway of the VPC, which the AWS cluster manages: a reference there, its id where GCP owns the link. */
function virtualGateway(cluster: Cluster): object {
  const name = baseName(onAws(cluster));
  if (cluster.cloud === 'aws') return { vpnGatewayIdRef: { name } };
  const id = idOf(cluster.platform, 'ec2/VPNGateway', name);
  return id ? { vpnGatewayId: id } : {};
}

function tunnelOptions(cluster: Cluster, { half, inside, number }: Tunnel): object {
  const { aws } = cluster.platform;
  const logGroupArn = `arn:aws:logs:${aws.region}:${aws.account}:log-group:/${baseName(onAws(cluster))}/vpn`;
  const options = {
    ...PROPOSAL,
    InsideCidr: inside,
    PresharedKeySecretRef: { name: PASSWORDS.link, key: `tunnel${number}` },
    LogOptions: {
      cloudwatchLogOptions: {
        logEnabled: true,
        logOutputFormat: 'json',
        logGroupArn,
        bgpLogEnabled: true,
        bgpLogOutputFormat: 'json',
        bgpLogGroupArn: logGroupArn,
      },
    },
  };
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [`tunnel${half}${key}`, value]));
}

/** An alarm a tunnel: one of four may be away, and that must be known before the second goes. */
function alarms(cluster: Cluster): Composed[] {
  return tunnelsOf(cluster).map((tunnel) => ({
    step: `alarm-${tunnel.number}`,
    ...metricAlarm(onAws(cluster), {
      name: `tunnel-${tunnel.number}`,
      description: `Tunnel ${tunnel.number} of the link is down`,
      namespace: 'AWS/VPN',
      metric: 'TunnelState',
      dimensions: {},
      statistic: 'Minimum',
      below: 1,
      minutes: 2,
    }),
    needs: {
      'forProvider.dimensions.VpnId': FIELDS.vpnConnection(tunnel.connection),
      'forProvider.dimensions.TunnelIpAddress': FIELDS.outsideAddress(tunnel.number),
    },
  }));
}

export const awsSide = { connections, alarms };

import type { Cluster } from '../../cluster.ts';
import type { Composed } from '../composition.ts';
import { baseName, named, PASSWORDS, tags } from '../names.ts';
import { FIELDS, tunnelsOf } from './tunnels.ts';

const onGcp = (cluster: Cluster): Cluster => ({ ...cluster, cloud: 'gcp' });

/** Google's end: a gateway with two interfaces. Names are literal, because the other cluster has no object to refer to. */
function gateway(cluster: Cluster): Composed[] {
  const { gcp } = cluster.platform;
  const name = named(onGcp(cluster), 'link');
  return [
    {
      step: 'gateway',
      kind: 'compute/HaVPNGateway',
      name,
      forProvider: {
        project: gcp.project,
        region: gcp.region,
        network: `projects/${gcp.project}/global/networks/${baseName(onGcp(cluster))}`,
        stackType: 'IPV4_ONLY',
        labels: tags(onGcp(cluster), name),
      },
      exports: {
        [FIELDS.gateway]: 'id',
        [FIELDS.gatewayAddress(0)]: 'vpnInterfaces[0].ipAddress',
        [FIELDS.gatewayAddress(1)]: 'vpnInterfaces[1].ipAddress',
      },
    },
  ];
}

/** AWS's four addresses as one external gateway; and for each a tunnel, an interface and a BGP session. */
function tunnels(cluster: Cluster): Composed[] {
  const { aws, gcp } = cluster.platform;
  const { project, region } = gcp;
  const here = onGcp(cluster);
  const router = named(here, 'link');
  const all = tunnelsOf(cluster);
  const external: Composed = {
    step: 'external-gateway',
    kind: 'compute/ExternalVPNGateway',
    name: named(here, 'aws'),
    forProvider: {
      project,
      redundancyType: 'FOUR_IPS_REDUNDANCY',
      interface: all.map(({ number }) => ({ id: number })),
      labels: tags(here, named(here, 'aws')),
    },
    needs: Object.fromEntries(all.map(({ number }) => [`forProvider.interface[${number}].ipAddress`, FIELDS.outsideAddress(number)])),
    exports: { [FIELDS.externalGateway]: 'id' },
  };
  return [
    external,
    ...all.flatMap(({ number, connection, awsAddress, gcpAddress }): Composed[] => {
      const name = named(here, `aws-${number}`);
      return [
        {
          step: `tunnel-${number}`,
          kind: 'compute/VPNTunnel',
          name,
          forProvider: {
            project,
            region,
            ikeVersion: 2,
            vpnGatewayInterface: connection,
            peerExternalGatewayInterface: number,
            router,
            sharedSecretSecretRef: { name: PASSWORDS.link, key: `tunnel${number}` },
            labels: tags(here, name),
          },
          needs: { 'forProvider.vpnGateway': FIELDS.gateway, 'forProvider.peerExternalGateway': FIELDS.externalGateway },
          exports: { [FIELDS.tunnel(number)]: 'id' },
        },
        {
          step: `interface-${number}`,
          kind: 'compute/RouterInterface',
          name,
          forProvider: { project, region, name, router, ipRange: `${gcpAddress}/30` },
          needs: { 'forProvider.vpnTunnel': FIELDS.tunnel(number) },
          exports: { [FIELDS.interface(number)]: 'name' },
        },
        {
          step: `peer-${number}`,
          kind: 'compute/RouterPeer',
          name,
          forProvider: {
            project,
            region,
            router,
            ipAddress: gcpAddress,
            peerIpAddress: awsAddress,
            peerAsn: aws.network.asn,
            advertisedRoutePriority: 100,
          },
          needs: { 'forProvider.interface': FIELDS.interface(number) },
        },
      ];
    }),
  ];
}

export const gcpSide = { gateway, tunnels };

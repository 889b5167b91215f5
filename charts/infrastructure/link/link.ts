import type { Cloud } from '../../../environments/platform.ts';
import type { Cluster } from '../../cluster.ts';
import type { KustomizeComponent } from '../../component.ts';
import { NAMESPACES } from '../../names.ts';
import { externalSecret } from '../../secrets/external-secret.ts';
import { privateNames } from '../aws/dns.ts';
import { type Composed, type Composite, composite } from '../composition.ts';
import type { KindKey } from '../kinds.ts';
import { idOf } from '../managed.ts';
import { named, PASSWORDS } from '../names.ts';
import { awsSide } from './aws-side.ts';
import { gcpSide } from './gcp-side.ts';

/** Kinds of the link in each cloud, which the other cloud's cluster works with too; and the database it looks up. */
export const LINK_KINDS: Record<Cloud, readonly KindKey[]> = {
  aws: ['cloudwatch/MetricAlarm', 'ec2/CustomerGateway', 'ec2/VPNConnection'],
  gcp: [
    'compute/ExternalVPNGateway',
    'compute/HaVPNGateway',
    'compute/RouterInterface',
    'compute/RouterPeer',
    'compute/VPNTunnel',
    'sql/DatabaseInstance',
  ],
};

/**
 * The VPN. Each side's addresses are the other side's input: two customer gateways and two connections give four
 * tunnels, which Google sees as one external gateway with four addresses. The owner manages all of it; the other
 * cluster watches what it can name.
 */
export function crossCloudLink(cluster: Cluster): Composite {
  const owns = cluster.platform.link.owner === cluster.cloud;
  const resources = [...gcpSide.gateway(cluster), ...awsSide.connections(cluster), ...gcpSide.tunnels(cluster), ...awsSide.alarms(cluster)];
  return {
    kind: 'CrossCloudLink',
    name: named(cluster, 'link'),
    description: 'Four IPsec tunnels between the clouds, each with a BGP session.',
    wave: 0,
    resources: owns ? resources : resources.filter((resource) => isKnown(cluster, resource)).map(watched),
  };
}

/** Kinds whose name in the cloud is the one we give; the others have ids, known once they are written down. */
const NAMED: readonly KindKey[] = [
  'cloudwatch/MetricAlarm',
  'compute/ExternalVPNGateway',
  'compute/HaVPNGateway',
  'compute/RouterPeer',
  'compute/VPNTunnel',
];

function isKnown({ platform }: Cluster, { kind, name }: Composed): boolean {
  return NAMED.includes(kind) || idOf(platform, kind, name) !== undefined;
}

/** The same resource, watched only: nothing to wait for, and no secret to read. */
export function watched({ step, kind, name, forProvider, exports }: Composed): Composed {
  const readable = Object.fromEntries(Object.entries(forProvider).filter(([key]) => !key.endsWith('SecretRef')));
  return { step, kind, name, observed: true, forProvider: readable, ...(exports ? { exports } : {}) };
}

export const link: KustomizeComponent = {
  kind: 'kustomize',
  path: 'infrastructure/link',
  namespace: NAMESPACES.infrastructure,
  project: 'infrastructure',
  wave: 'link',
  build(scope, cluster) {
    externalSecret(scope, cluster, { name: PASSWORDS.link, namespace: NAMESPACES.infrastructure, remote: 'link' });
    composite(scope, crossCloudLink(cluster));
    // It looks into the other cloud, and must not hold up this one's resources when that cloud is lost.
    if (cluster.cloud === 'aws') composite(scope, privateNames(cluster));
    return [];
  },
};

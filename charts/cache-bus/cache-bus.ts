import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { otherCloud } from '../../environments/platform.ts';
import { otherCloudRanges } from '../addresses.ts';
import { certificate, serviceNames } from '../certificate.ts';
import { byCloud, type Cluster } from '../cluster.ts';
import type { KustomizeComponent } from '../component.ts';
import { customResource } from '../custom-resource.ts';
import { named } from '../infrastructure/names.ts';
import { labelsOf, NAMESPACES, PORTS } from '../names.ts';
import { allow, podsIn, ranges, tcp } from '../network-policy.ts';
import { externalSecret } from '../secrets/external-secret.ts';
import { HEADLESS, isHub, natsConf, SERVICE, serverNames } from './nats-conf.ts';
import { servers } from './servers.ts';
import { streams } from './streams.ts';

const LABELS = labelsOf('nats');
const namespace = NAMESPACES.messaging;

export const cacheBus: KustomizeComponent = {
  kind: 'kustomize',
  path: 'cache-bus',
  namespace,
  project: 'data',
  wave: 'data',
  build(scope, cluster) {
    new k8s.KubeServiceAccount(scope, 'account', { metadata: { name: 'nats', namespace }, automountServiceAccountToken: false });
    credentials(scope, cluster);
    servers(scope, cluster);
    services(scope, cluster);
    new k8s.KubePodDisruptionBudget(scope, 'budget', {
      metadata: { name: 'nats', namespace },
      spec: { maxUnavailable: k8s.IntOrString.fromNumber(1), selector: { matchLabels: LABELS } },
    });
    flows(scope, cluster);
    streams(scope, cluster);
    customResource(scope, {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PodMonitor',
      name: 'nats',
      namespace,
      spec: { selector: { matchLabels: LABELS }, podMetricsEndpoints: [{ port: 'metrics' }] },
    });
    return [{ name: 'nats-config', namespace, files: { 'nats.conf': natsConf(cluster) } }];
  },
};

/** Values are quoted for nats.conf, which would otherwise read a password of digits as a number. */
function credentials(scope: Chart, cluster: Cluster): void {
  const roles = ['system', 'controller', 'application', 'relay', 'leaf'];
  const quoted = (text: string): string => `'${text}'`;
  const hub = cluster.platform[otherCloud(cluster.cloud)].messaging.leafnodeHost;
  const scheme = cluster.platform.messaging.tls ? 'tls' : 'nats';
  externalSecret(scope, cluster, {
    name: 'nats-auth',
    namespace,
    remote: 'messaging',
    keys: Object.fromEntries(roles.map((role) => [role, `${role}Password`])),
    template: {
      ...Object.fromEntries(roles.map((role) => [role, quoted(`{{ .${role} }}`)])),
      ...(isHub(cluster) ? {} : { 'leaf-url': quoted(`${scheme}://leaf:{{ .leaf | urlquery }}@${hub}:${PORTS.natsLeafnode}`) }),
    },
  });
  externalSecret(scope, cluster, {
    name: 'nats-controller',
    namespace,
    remote: 'messaging',
    keys: { password: 'controllerPassword' },
    template: { username: 'controller', password: '{{ .password }}' },
  });
  certificate(scope, {
    name: 'nats-tls',
    namespace,
    client: true,
    dnsNames: [...serviceNames(SERVICE, namespace), ...serverNames(cluster)],
  });
}

function services(scope: Chart, cluster: Cluster): void {
  const port = (name: string, number: number): k8s.ServicePort => ({ name, port: number, targetPort: k8s.IntOrString.fromString(name) });
  new k8s.KubeService(scope, 'client-service', {
    metadata: { name: SERVICE, namespace, labels: LABELS },
    spec: { selector: LABELS, ports: [port('client', PORTS.nats)] },
  });
  new k8s.KubeService(scope, 'headless-service', {
    metadata: { name: HEADLESS, namespace, labels: LABELS },
    // Servers find each other before they are ready.
    spec: {
      selector: LABELS,
      clusterIp: 'None',
      publishNotReadyAddresses: true,
      ports: [port('client', PORTS.nats), port('cluster', PORTS.natsCluster), port('monitor', PORTS.natsMonitor)],
    },
  });
  if (!isHub(cluster)) return;
  new k8s.KubeService(scope, 'leafnode-service', {
    metadata: { name: 'nats-leafnode', namespace, labels: LABELS, annotations: internalLoadBalancer(cluster) },
    spec: {
      type: 'LoadBalancer',
      ...byCloud<object>(cluster, {
        aws: () => ({ loadBalancerClass: 'service.k8s.aws/nlb' }),
        gcp: () => ({ loadBalancerIp: cluster.platform.gcp.messaging.leafnodeAddresses[0] }),
      }),
      selector: LABELS,
      ports: [port('leafnode', PORTS.natsLeafnode)],
      loadBalancerSourceRanges: otherCloudRanges(cluster).map((range) => range.text),
      externalTrafficPolicy: 'Local',
    },
  });
}

/** An address inside the network, reachable through the link alone. */
function internalLoadBalancer(cluster: Cluster): Record<string, string> {
  const { network, messaging } = cluster.platform.aws;
  const subnets = network.subnets.filter((subnet) => subnet.role === 'private').map((subnet) => named(cluster, subnet.name));
  return byCloud<Record<string, string>>(cluster, {
    aws: () => ({
      'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal',
      'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type': 'ip',
      'service.beta.kubernetes.io/aws-load-balancer-attributes': 'load_balancing.cross_zone.enabled=true',
      // Fixed, one a subnet in this order: the names in both clouds point at them.
      'service.beta.kubernetes.io/aws-load-balancer-subnets': subnets.join(', '),
      'service.beta.kubernetes.io/aws-load-balancer-private-ipv4-addresses': messaging.leafnodeAddresses.join(', '),
    }),
    gcp: () => ({
      'networking.gke.io/load-balancer-type': 'Internal',
      'networking.gke.io/internal-load-balancer-allow-global-access': 'true',
    }),
  });
}

/** In: clients of this cluster, the other servers, the other cloud's leaf. Out: the other servers, and the hub. */
function flows(scope: Chart, cluster: Cluster): void {
  const otherSide = ranges(otherCloudRanges(cluster));
  const peers = podsIn(namespace, LABELS);
  allow(scope, {
    name: 'nats',
    namespace,
    pods: LABELS,
    ingress: [
      { from: [peers], ports: tcp(PORTS.natsCluster) },
      { from: [podsIn(NAMESPACES.application), podsIn(namespace)], ports: tcp(PORTS.nats) },
      { from: [podsIn(NAMESPACES.monitoring)], ports: tcp(PORTS.natsMetrics) },
      ...(isHub(cluster) ? [{ from: otherSide, ports: tcp(PORTS.natsLeafnode) }] : []),
    ],
    egress: [
      { to: [peers], ports: tcp(PORTS.natsCluster) },
      ...(isHub(cluster) ? [] : [{ to: otherSide, ports: tcp(PORTS.natsLeafnode) }]),
    ],
  });
  allow(scope, {
    name: 'jetstream-controller',
    namespace,
    pods: labelsOf('nack'),
    ingress: [],
    egress: [
      { to: [peers], ports: tcp(PORTS.nats) },
      // The Kubernetes API, whose address differs by cluster.
      { to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: tcp(443, 6443) },
    ],
  });
}

import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { formatBytes, formatCores } from '../../environments/units.ts';
import { loadBalancerRanges, storeRanges } from '../addresses.ts';
import { byCloud, type Cluster, ownSide, pulls } from '../cluster.ts';
import type { GeneratedConfigMap, KustomizeComponent } from '../component.ts';
import { labelsOf, NAMESPACES, PORTS, PRIORITY_CRITICAL } from '../names.ts';
import { allow, INTERNET, podsIn, ranges, tcp } from '../network-policy.ts';
import { RESTRICTED_CONTAINER, restrictedPod } from '../pod-security.ts';
import { spreadOver } from '../scheduling.ts';
import { externalSecret } from '../secrets/external-secret.ts';
import { gateway } from './gateway.ts';
import { ingress } from './ingress.ts';

const LABELS = labelsOf('crm');
const namespace = NAMESPACES.application;
const USER = 10_001;
const quantity = k8s.Quantity.fromString;

export const application: KustomizeComponent = {
  kind: 'kustomize',
  path: 'application',
  namespace,
  project: 'crm',
  wave: 'application',
  build(scope, cluster) {
    new k8s.KubeServiceAccount(scope, 'account', { metadata: { name: 'crm', namespace }, automountServiceAccountToken: false });
    credentials(scope, cluster);
    deployment(scope, cluster);
    scaling(scope, cluster);
    new k8s.KubeService(scope, 'service', {
      metadata: { name: 'crm', namespace, labels: LABELS },
      spec: { selector: LABELS, ports: [{ name: 'http', port: 80, targetPort: k8s.IntOrString.fromString('http') }] },
    });
    byCloud(cluster, { aws: () => ingress(scope, cluster), gcp: () => gateway(scope, cluster) });
    flows(scope, cluster);
    return [environment(cluster)];
  },
};

/** The four families: database, cache, and those that the environment lists (API keys, application). */
function credentials(scope: Chart, cluster: Cluster): void {
  externalSecret(scope, cluster, { name: 'database', namespace, remote: 'database', keys: { DATABASE_PASSWORD: 'applicationPassword' } });
  externalSecret(scope, cluster, {
    name: 'cache',
    namespace,
    remote: 'cache',
    keys: { CACHE_TOKEN: 'token', 'ca.crt': 'certificateAuthority' },
  });
  externalSecret(scope, cluster, { name: 'messaging', namespace, remote: 'messaging', keys: { NATS_PASSWORD: 'applicationPassword' } });
  externalSecret(scope, cluster, { name: 'internal-ca', namespace, remote: 'internal-ca', keys: { 'ca.crt': 'certificate' } });
  for (const name of cluster.platform.application.secrets) externalSecret(scope, cluster, { name, namespace, remote: name });
}

function environment(cluster: Cluster): GeneratedConfigMap {
  const { application: app, database, messaging, traffic } = cluster.platform;
  const { cache } = ownSide(cluster);
  const pooler = `pgbouncer.${NAMESPACES.pgbouncer}.svc`;
  return {
    name: 'crm-environment',
    namespace,
    literals: {
      CLOUD: cluster.cloud,
      PUBLIC_HOSTNAME: traffic.hostname,
      PORT: String(app.port),
      LOG_LEVEL: app.logLevel,
      DATABASE_HOST: pooler,
      DATABASE_PORT: '5432',
      DATABASE_USER: database.applicationRole,
      DATABASE_SSLMODE: 'verify-full',
      DATABASE_SSLROOTCERT: '/etc/internal-ca/ca.crt',
      // The writer, wherever it is, and the local copy, which may lag.
      DATABASE_NAME: database.name,
      DATABASE_READ_ONLY_NAME: `${database.name}_ro`,
      CACHE_HOST: cache.host,
      CACHE_PORT: String(cache.port),
      CACHE_TLS: String(cache.transitEncryption),
      CACHE_CA: '/etc/cache-ca/ca.crt',
      NATS_URL: `${messaging.tls ? 'tls' : 'nats'}://nats.${NAMESPACES.messaging}.svc:${PORTS.nats}`,
      NATS_USER: 'application',
      NATS_CA: '/etc/internal-ca/ca.crt',
      NATS_INVALIDATION_SUBJECT: `cache.invalidation.${cluster.cloud}`,
    },
  };
}

function deployment(scope: Chart, cluster: Cluster): void {
  const { application: app } = cluster.platform;
  new k8s.KubeDeployment(scope, 'deployment', {
    metadata: { name: 'crm', namespace, labels: LABELS },
    spec: {
      // The autoscaler owns the number of replicas.
      selector: { matchLabels: LABELS },
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: k8s.IntOrString.fromString('25%'), maxUnavailable: k8s.IntOrString.fromNumber(0) },
      },
      template: {
        metadata: { labels: LABELS },
        spec: {
          serviceAccountName: 'crm',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          priorityClassName: PRIORITY_CRITICAL,
          securityContext: restrictedPod(USER),
          terminationGracePeriodSeconds: Math.ceil(app.drain) + 30,
          topologySpreadConstraints: spreadOver(LABELS),
          containers: [container(cluster)],
          volumes: [
            { name: 'temporary', emptyDir: {} },
            { name: 'internal-ca', secret: { secretName: 'internal-ca' } },
            { name: 'cache-ca', secret: { secretName: 'cache', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          ],
        },
      },
    },
  });
}

function container(cluster: Cluster): k8s.Container {
  const { application: app, traffic } = cluster.platform;
  const probe = (path: string) => ({ httpGet: { path, port: k8s.IntOrString.fromString('http') } });
  const key = (name: string, secret: string): k8s.EnvVar => ({ name, valueFrom: { secretKeyRef: { name: secret, key: name } } });
  return {
    name: 'crm',
    image: pulls(cluster).application,
    ports: [{ name: 'http', containerPort: app.port }],
    envFrom: [{ configMapRef: { name: 'crm-environment' } }, ...app.secrets.map((name) => ({ secretRef: { name } }))],
    env: [key('DATABASE_PASSWORD', 'database'), key('CACHE_TOKEN', 'cache'), key('NATS_PASSWORD', 'messaging')],
    securityContext: RESTRICTED_CONTAINER,
    resources: {
      requests: { cpu: quantity(formatCores(app.resources.cpu)), memory: quantity(formatBytes(app.resources.memory)) },
      limits: { memory: quantity(formatBytes(app.resources.memory)) },
    },
    startupProbe: { ...probe(traffic.monitor.path), periodSeconds: 2, failureThreshold: 60 },
    readinessProbe: { ...probe(app.readinessPath), periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 },
    livenessProbe: { ...probe(traffic.monitor.path), periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 6 },
    // Load balancers need a moment to forget the pod; it keeps answering meanwhile.
    lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', `sleep ${Math.ceil(app.drain)}`] } } },
    volumeMounts: [
      { name: 'temporary', mountPath: '/tmp' },
      { name: 'internal-ca', mountPath: '/etc/internal-ca', readOnly: true },
      { name: 'cache-ca', mountPath: '/etc/cache-ca', readOnly: true },
    ],
  };
}

function scaling(scope: Chart, { platform }: Cluster): void {
  const { replicas, maxReplicas, targetCpuPercent } = platform.application;
  new k8s.KubePodDisruptionBudget(scope, 'budget', {
    metadata: { name: 'crm', namespace },
    spec: { maxUnavailable: k8s.IntOrString.fromString('25%'), selector: { matchLabels: LABELS } },
  });
  new k8s.KubeHorizontalPodAutoscalerV2(scope, 'autoscaler', {
    metadata: { name: 'crm', namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'crm' },
      minReplicas: replicas,
      maxReplicas,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: targetCpuPercent } } }],
      // After a failover all traffic arrives at once: double every 15 s, and be slow to believe that it is over.
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Max',
          policies: [
            { type: 'Percent', value: 100, periodSeconds: 15 },
            { type: 'Pods', value: 8, periodSeconds: 15 },
          ],
        },
        scaleDown: { stabilizationWindowSeconds: 600, policies: [{ type: 'Percent', value: 20, periodSeconds: 120 }] },
      },
    },
  });
}

/** In: this cloud's load balancer and scrapes. Out: PgBouncer, NATS, the local cache, HTTPS on the Internet. */
function flows(scope: Chart, cluster: Cluster): void {
  const { port } = cluster.platform.application;
  allow(scope, {
    name: 'crm',
    namespace,
    pods: LABELS,
    ingress: [
      { from: loadBalancerRanges(cluster).map((cidr) => ({ ipBlock: { cidr } })), ports: tcp(port) },
      { from: [podsIn(NAMESPACES.monitoring)], ports: tcp(port) },
    ],
    egress: [
      { to: [podsIn(NAMESPACES.pgbouncer, labelsOf('pgbouncer'))], ports: tcp(PORTS.pgbouncer) },
      { to: [podsIn(NAMESPACES.messaging, labelsOf('nats'))], ports: tcp(PORTS.nats) },
      { to: ranges(storeRanges(cluster)[cluster.cloud]), ports: tcp(ownSide(cluster).cache.port) },
      { to: [INTERNET], ports: tcp(443) },
    ],
  });
}

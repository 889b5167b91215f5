import { ApiObject, type Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { formatBytes, formatCores } from '../../environments/units.ts';
import { type Cluster, pulls } from '../cluster.ts';
import { labelsOf, NAMESPACES, PORTS, PRIORITY_CRITICAL } from '../names.ts';
import { RESTRICTED_CONTAINER, restrictedPod } from '../pod-security.ts';
import { spreadOver } from '../scheduling.ts';
import { HEADLESS, isHub, PATHS, replicasOf } from './nats-conf.ts';

const LABELS = labelsOf('nats');
const USER = 1000;
const quantity = k8s.Quantity.fromString;

/** Password variables of nats.conf → keys of the secret `nats-auth`. */
const PASSWORDS = {
  NATS_SYSTEM_PASSWORD: 'system',
  NATS_CONTROLLER_PASSWORD: 'controller',
  NATS_APPLICATION_PASSWORD: 'application',
  NATS_RELAY_PASSWORD: 'relay',
  NATS_LEAF_PASSWORD: 'leaf',
} as const;

/** The API server completes claim templates with their type; left out, Argo CD would see a difference for ever. */
const CLAIM_TYPE = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };

export function servers(scope: Chart, cluster: Cluster): void {
  const manifest = k8s.KubeStatefulSet.manifest(statefulSet(cluster));
  const claims = manifest.spec.volumeClaimTemplates.map((claim: object) => ({ ...CLAIM_TYPE, ...claim }));
  new ApiObject(scope, 'servers', { ...manifest, spec: { ...manifest.spec, volumeClaimTemplates: claims } });
}

function statefulSet(cluster: Cluster): k8s.KubeStatefulSetProps {
  return {
    metadata: { name: 'nats', namespace: NAMESPACES.messaging, labels: LABELS },
    spec: {
      serviceName: HEADLESS,
      replicas: replicasOf(cluster),
      // Servers form their cluster only together.
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: {
          serviceAccountName: 'nats',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          shareProcessNamespace: true,
          priorityClassName: PRIORITY_CRITICAL,
          securityContext: restrictedPod(USER),
          terminationGracePeriodSeconds: 60,
          topologySpreadConstraints: spreadOver(LABELS),
          containers: [server(cluster), reloader(cluster), exporter(cluster)],
          volumes: [
            { name: 'config', configMap: { name: 'nats-config' } },
            { name: 'tls', secret: { secretName: 'nats-tls' } },
            { name: 'pid', emptyDir: {} },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: quantity(formatBytes(cluster.platform.messaging.storage)) } },
          },
        },
      ],
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    },
  };
}

function server(cluster: Cluster): k8s.Container {
  const { resources } = cluster.platform.messaging;
  const health = (query: string) => ({ httpGet: { path: `/healthz${query}`, port: k8s.IntOrString.fromString('monitor') } });
  return {
    name: 'nats',
    image: pulls(cluster).nats,
    command: ['nats-server', '--config', `${PATHS.config}/nats.conf`],
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ...Object.entries(PASSWORDS).map(([name, key]) => fromAuth(name, key)),
      ...(isHub(cluster) ? [] : [fromAuth('NATS_LEAF_URL', 'leaf-url')]),
    ],
    ports: [
      { name: 'client', containerPort: PORTS.nats },
      { name: 'cluster', containerPort: PORTS.natsCluster },
      ...(isHub(cluster) ? [{ name: 'leafnode', containerPort: PORTS.natsLeafnode }] : []),
      { name: 'monitor', containerPort: PORTS.natsMonitor },
    ],
    securityContext: RESTRICTED_CONTAINER,
    resources: {
      requests: { cpu: quantity(formatCores(resources.cpu)), memory: quantity(formatBytes(resources.memory)) },
      limits: { memory: quantity(formatBytes(resources.memory)) },
    },
    startupProbe: { ...health(''), periodSeconds: 5, failureThreshold: 60 },
    readinessProbe: { ...health('?js-server-only=true'), periodSeconds: 5, failureThreshold: 3 },
    livenessProbe: { ...health('?js-enabled-only=true'), periodSeconds: 20, failureThreshold: 3 },
    // Lame duck: clients are told to move before the server goes.
    lifecycle: { preStop: { exec: { command: ['nats-server', '--signal', 'ldm=/var/run/nats/nats.pid'] } } },
    volumeMounts: [
      { name: 'config', mountPath: PATHS.config, readOnly: true },
      { name: 'tls', mountPath: PATHS.tls, readOnly: true },
      { name: 'data', mountPath: PATHS.data },
      { name: 'pid', mountPath: '/var/run/nats' },
    ],
  };
}

function fromAuth(name: string, key: string): k8s.EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: 'nats-auth', key } } };
}

/** Tells the server about a renewed certificate. */
function reloader(cluster: Cluster): k8s.Container {
  return {
    name: 'reloader',
    image: pulls(cluster).natsReloader,
    args: [
      '-pid',
      '/var/run/nats/nats.pid',
      '-config',
      `${PATHS.config}/nats.conf`,
      '-config',
      `${PATHS.tls}/tls.crt`,
      '-config',
      `${PATHS.tls}/ca.crt`,
    ],
    securityContext: RESTRICTED_CONTAINER,
    resources: { requests: { cpu: quantity('10m'), memory: quantity('16Mi') }, limits: { memory: quantity('32Mi') } },
    volumeMounts: [
      { name: 'config', mountPath: PATHS.config, readOnly: true },
      { name: 'tls', mountPath: PATHS.tls, readOnly: true },
      { name: 'pid', mountPath: '/var/run/nats' },
    ],
  };
}

function exporter(cluster: Cluster): k8s.Container {
  return {
    name: 'exporter',
    image: pulls(cluster).natsExporter,
    args: [`-port=${PORTS.natsMetrics}`, '-connz', '-routez', '-varz', '-leafz', '-jsz=all', `http://127.0.0.1:${PORTS.natsMonitor}`],
    ports: [{ name: 'metrics', containerPort: PORTS.natsMetrics }],
    securityContext: RESTRICTED_CONTAINER,
    resources: { requests: { cpu: quantity('10m'), memory: quantity('32Mi') }, limits: { memory: quantity('64Mi') } },
  };
}

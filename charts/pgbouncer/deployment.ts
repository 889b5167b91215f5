import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { formatBytes, formatCores } from '../../environments/units.ts';
import { type Cluster, pulls } from '../cluster.ts';
import { labelsOf, NAMESPACES, PORTS, PRIORITY_CRITICAL, WRITER_RECORD } from '../names.ts';
import { RESTRICTED_CONTAINER, restrictedPod } from '../pod-security.ts';
import { spreadOver } from '../scheduling.ts';
import { PATHS } from './ini.ts';

const LABELS = labelsOf('pgbouncer');
/** The `postgres` user of the PgBouncer images. */
const USER = 70;
const quantity = k8s.Quantity.fromString;

export function deployment(scope: Chart, cluster: Cluster): void {
  new k8s.KubeDeployment(scope, 'deployment', {
    metadata: { name: 'pgbouncer', namespace: NAMESPACES.pgbouncer, labels: LABELS },
    spec: {
      // The autoscaler owns the number of replicas.
      selector: { matchLabels: LABELS },
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: k8s.IntOrString.fromNumber(1), maxUnavailable: k8s.IntOrString.fromNumber(0) },
      },
      template: {
        metadata: { labels: LABELS },
        spec: {
          serviceAccountName: 'pgbouncer',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          priorityClassName: PRIORITY_CRITICAL,
          securityContext: restrictedPod(USER),
          terminationGracePeriodSeconds: 90,
          topologySpreadConstraints: spreadOver(LABELS),
          containers: [pooler(cluster), exporter(cluster)],
          volumes: VOLUMES,
        },
      },
    },
  });
}

function pooler(cluster: Cluster): k8s.Container {
  const { resources } = cluster.platform.pgbouncer;
  const probe = { tcpSocket: { port: k8s.IntOrString.fromNumber(PORTS.pgbouncer) } };
  return {
    name: 'pgbouncer',
    image: pulls(cluster).pgbouncer,
    command: ['pgbouncer', `${PATHS.config}/pgbouncer.ini`],
    ports: [{ name: 'pgbouncer', containerPort: PORTS.pgbouncer }],
    securityContext: RESTRICTED_CONTAINER,
    resources: {
      requests: { cpu: quantity(formatCores(resources.cpu)), memory: quantity(formatBytes(resources.memory)) },
      limits: { memory: quantity(formatBytes(resources.memory)) },
    },
    startupProbe: { ...probe, periodSeconds: 2, failureThreshold: 30 },
    readinessProbe: { ...probe, periodSeconds: 5, failureThreshold: 2 },
    livenessProbe: { ...probe, periodSeconds: 10, failureThreshold: 6 },
    // Endpoints first forget the pod; then SIGINT lets running transactions end and closes idle clients.
    lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', 'sleep 15; kill -INT 1; sleep 60'] } } },
    volumeMounts: Object.entries(PATHS).map(([name, mountPath]) => ({
      name: MOUNTS[name as keyof typeof PATHS],
      mountPath,
      readOnly: true,
    })),
  };
}

function exporter(cluster: Cluster): k8s.Container {
  return {
    name: 'exporter',
    image: pulls(cluster).pgbouncerExporter,
    args: [`--web.listen-address=:${PORTS.pgbouncerMetrics}`],
    env: [{ name: 'PGBOUNCER_EXPORTER_CONNECTION_STRING', valueFrom: { secretKeyRef: { name: 'pgbouncer-auth', key: 'exporter-dsn' } } }],
    ports: [{ name: 'metrics', containerPort: PORTS.pgbouncerMetrics }],
    securityContext: RESTRICTED_CONTAINER,
    resources: { requests: { cpu: quantity('20m'), memory: quantity('32Mi') }, limits: { memory: quantity('64Mi') } },
  };
}

const MOUNTS: Record<keyof typeof PATHS, string> = {
  config: 'config',
  writer: 'writer',
  auth: 'auth',
  clientTls: 'client-tls',
  databaseCa: 'database-ca',
};

const VOLUMES: k8s.Volume[] = [
  { name: MOUNTS.config, configMap: { name: 'pgbouncer-config' } },
  // Not optional: a pod without a writer record must not start.
  { name: MOUNTS.writer, configMap: { name: WRITER_RECORD, optional: false } },
  { name: MOUNTS.auth, secret: { secretName: 'pgbouncer-auth', items: [{ key: 'userlist.txt', path: 'userlist.txt' }] } },
  { name: MOUNTS.clientTls, secret: { secretName: 'pgbouncer-tls' } },
  { name: MOUNTS.databaseCa, secret: { secretName: 'database-ca' } },
];

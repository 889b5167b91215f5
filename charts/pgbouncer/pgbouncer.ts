import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { storeRanges } from '../addresses.ts';
import { certificate, serviceNames } from '../certificate.ts';
import type { Cluster } from '../cluster.ts';
import type { KustomizeComponent } from '../component.ts';
import { customResource } from '../custom-resource.ts';
import { labelsOf, NAMESPACES, PORTS, RUNBOOK_RUNNER, WRITER_RECORD } from '../names.ts';
import { allow, podsIn, ranges, tcp } from '../network-policy.ts';
import { externalSecret } from '../secrets/external-secret.ts';
import { deployment } from './deployment.ts';
import { CONSOLE, pgbouncerIni } from './ini.ts';

const LABELS = labelsOf('pgbouncer');
const namespace = NAMESPACES.pgbouncer;

export const pgbouncer: KustomizeComponent = {
  kind: 'kustomize',
  path: 'pgbouncer',
  namespace,
  project: 'data',
  wave: 'data',
  build(scope, cluster) {
    new k8s.KubeServiceAccount(scope, 'account', { metadata: { name: 'pgbouncer', namespace }, automountServiceAccountToken: false });
    credentials(scope, cluster);
    deployment(scope, cluster);
    scaling(scope, cluster);
    new k8s.KubeService(scope, 'service', {
      metadata: { name: 'pgbouncer', namespace, labels: LABELS },
      spec: { selector: LABELS, ports: [{ name: 'pgbouncer', port: 5432, targetPort: k8s.IntOrString.fromNumber(PORTS.pgbouncer) }] },
    });
    flows(scope, cluster);
    writerRecord(scope);
    customResource(scope, {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PodMonitor',
      name: 'pgbouncer',
      namespace,
      spec: { selector: { matchLabels: LABELS }, podMetricsEndpoints: [{ port: 'metrics' }] },
    });
    return [{ name: 'pgbouncer-config', namespace, files: { 'pgbouncer.ini': pgbouncerIni(cluster) } }];
  },
};

function credentials(scope: Chart, cluster: Cluster): void {
  const { poolerRole } = cluster.platform.database;
  // In a PgBouncer auth file a quote inside a password is written twice.
  const line = (role: string, property: string): string => `"${role}" "{{ .${property} | replace "\\"" "\\"\\"" }}"`;
  externalSecret(scope, cluster, {
    name: 'pgbouncer-auth',
    namespace,
    remote: 'database',
    keys: { pooler: 'poolerPassword', admin: 'consoleAdminPassword', stats: 'consoleStatsPassword' },
    template: {
      'userlist.txt': [line(poolerRole, 'pooler'), line(CONSOLE.admin, 'admin'), line(CONSOLE.stats, 'stats'), ''].join('\n'),
      'exporter-dsn': `postgres://${CONSOLE.stats}:{{ .stats | urlquery }}@127.0.0.1:${PORTS.pgbouncer}/pgbouncer?sslmode=require`,
    },
  });
  externalSecret(scope, cluster, { name: 'database-ca', namespace, remote: 'database', keys: { 'ca.crt': 'certificateAuthority' } });
  certificate(scope, { name: 'pgbouncer-tls', namespace, dnsNames: serviceNames('pgbouncer', namespace) });
}

function scaling(scope: Chart, { platform }: Cluster): void {
  const { replicas, maxReplicas } = platform.pgbouncer;
  new k8s.KubePodDisruptionBudget(scope, 'budget', {
    metadata: { name: 'pgbouncer', namespace },
    spec: { maxUnavailable: k8s.IntOrString.fromNumber(1), selector: { matchLabels: LABELS } },
  });
  new k8s.KubeHorizontalPodAutoscalerV2(scope, 'autoscaler', {
    metadata: { name: 'pgbouncer', namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'pgbouncer' },
      minReplicas: replicas,
      maxReplicas,
      metrics: [
        {
          type: 'ContainerResource',
          containerResource: { name: 'cpu', container: 'pgbouncer', target: { type: 'Utilization', averageUtilization: 60 } },
        },
      ],
      // Every pod that goes takes its clients' connections along: go slowly.
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Pods', value: 2, periodSeconds: 30 }] },
        scaleDown: { stabilizationWindowSeconds: 900, policies: [{ type: 'Pods', value: 1, periodSeconds: 300 }] },
      },
    },
  });
}

/** In: the application, runbooks, scrapes. Out: PostgreSQL of both clouds, for either may be the writer. */
function flows(scope: Chart, cluster: Cluster): void {
  const stores = storeRanges(cluster);
  const { aws, gcp } = cluster.platform;
  allow(scope, {
    name: 'pgbouncer',
    namespace,
    pods: LABELS,
    ingress: [
      { from: [podsIn(NAMESPACES.application), podsIn(NAMESPACES.runbooks)], ports: tcp(PORTS.pgbouncer) },
      { from: [podsIn(NAMESPACES.monitoring)], ports: tcp(PORTS.pgbouncerMetrics) },
    ],
    egress: [
      { to: ranges(stores.aws), ports: tcp(aws.database.port) },
      { to: ranges(stores.gcp), ports: tcp(gcp.database.port) },
    ],
  });
}

/** Only the runner of runbooks may change who writes. */
function writerRecord(scope: Chart): void {
  new k8s.KubeRole(scope, 'writer-record', {
    metadata: { name: 'writer-record', namespace },
    rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: [WRITER_RECORD], verbs: ['get', 'update', 'patch'] }],
  });
  new k8s.KubeRoleBinding(scope, 'writer-record-binding', {
    metadata: { name: 'writer-record', namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'writer-record' },
    subjects: [{ kind: 'ServiceAccount', name: RUNBOOK_RUNNER, namespace: NAMESPACES.runbooks }],
  });
}

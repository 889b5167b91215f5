/** Namespaces that Tandem creates, by what lives in them. */
export const NAMESPACES = {
  argocd: 'argocd',
  workflows: 'argo-workflows',
  certificates: 'cert-manager',
  crossplane: 'crossplane-system',
  infrastructure: 'infrastructure',
  dns: 'external-dns',
  secrets: 'external-secrets',
  monitoring: 'monitoring',
  pgbouncer: 'pgbouncer',
  messaging: 'messaging',
  application: 'crm',
  runbooks: 'runbooks',
} as const;

export const KUBE_SYSTEM = 'kube-system';

/** The ServiceAccount that runs runbook steps; it alone may change the writer record. */
export const RUNBOOK_RUNNER = 'runner';

/**
 * The ConfigMap that says who writes. It is runtime state: no Application tracks it, because self-healing
 * would undo a failover within seconds. Without it PgBouncer does not start.
 */
export const WRITER_RECORD = 'pgbouncer-writer';

/** PriorityClass of what must run for the CRM to answer. */
export const PRIORITY_CRITICAL = 'crm-critical';

export const SECRET_STORE = 'cloud-secrets';
export const INTERNAL_ISSUER = 'crm-internal';

export const PORTS = {
  pgbouncer: 6432,
  pgbouncerMetrics: 9127,
  nats: 4222,
  natsCluster: 6222,
  natsLeafnode: 7422,
  natsMonitor: 8222,
  natsMetrics: 7777,
} as const;

/** Labels by which selectors, policies and people find the pods of a component. */
export function labelsOf(component: string): { 'app.kubernetes.io/name': string } {
  return { 'app.kubernetes.io/name': component };
}

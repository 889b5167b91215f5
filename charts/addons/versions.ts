import type { ChartReference } from '../component.ts';

const chart = (name: string, version: string, repository: string): ChartReference => ({ name, version, repository });

const ARGO = 'https://argoproj.github.io/argo-helm';
const PROMETHEUS = 'https://prometheus-community.github.io/helm-charts';

/** Every upstream chart and its version, the one place to upgrade. Read from the charts' repositories, 2026-08. */
export const CHARTS = {
  'argo-cd': chart('argo-cd', '10.8.0', ARGO),
  'argo-workflows': chart('argo-workflows', '2.0.4', ARGO),
  crossplane: chart('crossplane', '2.3.4', 'https://charts.crossplane.io/stable'),
  'external-secrets': chart('external-secrets', '2.9.0', 'https://charts.external-secrets.io'),
  'cert-manager': chart('cert-manager', 'v1.21.1', 'https://charts.jetstack.io'),
  'external-dns': chart('external-dns', '1.21.1', 'https://kubernetes-sigs.github.io/external-dns/'),
  'aws-load-balancer-controller': chart('aws-load-balancer-controller', '3.5.0', 'https://aws.github.io/eks-charts'),
  'metrics-server': chart('metrics-server', '3.13.1', 'https://kubernetes-sigs.github.io/metrics-server/'),
  'cluster-autoscaler': chart('cluster-autoscaler', '9.59.0', 'https://kubernetes.github.io/autoscaler'),
  nack: chart('nack', '0.34.0', 'https://nats-io.github.io/k8s/helm/charts/'),
  'kube-prometheus-stack': chart('kube-prometheus-stack', '88.6.1', PROMETHEUS),
  'postgres-exporter': chart('prometheus-postgres-exporter', '8.2.0', PROMETHEUS),
  'redis-exporter': chart('prometheus-redis-exporter', '6.30.0', PROMETHEUS),
  'blackbox-exporter': chart('prometheus-blackbox-exporter', '11.17.2', PROMETHEUS),
  'cloudwatch-exporter': chart('prometheus-yet-another-cloudwatch-exporter', '0.47.0', PROMETHEUS),
  'stackdriver-exporter': chart('prometheus-stackdriver-exporter', '4.13.0', PROMETHEUS),
} as const satisfies Record<string, ChartReference>;

export type AddonName = keyof typeof CHARTS;

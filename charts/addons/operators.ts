import { byCloud, type Cluster } from '../cluster.ts';
import type { HelmComponent } from '../component.ts';
import { email } from '../infrastructure/gcp/identities.ts';
import { KUBE_SYSTEM, NAMESPACES } from '../names.ts';
import { addon, resources, spreadNodes } from './addon.ts';

/** What turns custom resources into certificates, secrets, names, streams and cloud resources. */
export function operators(cluster: Cluster): HelmComponent[] {
  return [
    certManager(),
    externalSecrets(cluster),
    externalDns(cluster),
    crossplane(),
    streamController(),
    ...byCloud(cluster, { aws: () => [loadBalancerController(cluster), metricsServer(), clusterAutoscaler(cluster)], gcp: () => [] }),
  ];
}

function certManager(): HelmComponent {
  return addon({
    name: 'cert-manager',
    namespace: NAMESPACES.certificates,
    values: {
      crds: { enabled: true, keep: true },
      replicaCount: 2,
      podDisruptionBudget: { enabled: true },
      resources: resources('50m', '128Mi'),
      webhook: { replicaCount: 2, podDisruptionBudget: { enabled: true }, resources: resources('20m', '64Mi') },
      cainjector: { replicaCount: 2, resources: resources('50m', '256Mi') },
      prometheus: { enabled: true, servicemonitor: { enabled: false } },
    },
  });
}

function externalSecrets(cluster: Cluster): HelmComponent {
  return addon({
    name: 'external-secrets',
    namespace: NAMESPACES.secrets,
    values: {
      installCRDs: true,
      replicaCount: 2,
      leaderElect: true,
      processPushSecret: true,
      resources: resources('50m', '256Mi'),
      podDisruptionBudget: { enabled: true, minAvailable: 1 },
      serviceAccount: {
        name: 'external-secrets',
        // EKS Pod Identity needs no annotation; GKE maps the account by this one.
        annotations: byCloud<object>(cluster, {
          aws: () => ({}),
          gcp: () => ({ 'iam.gke.io/gcp-service-account': email(cluster, 'external-secrets') }),
        }),
      },
      webhook: { replicaCount: 2, podDisruptionBudget: { enabled: true, minAvailable: 1 }, resources: resources('20m', '64Mi') },
      certController: { resources: resources('20m', '128Mi') },
    },
  });
}

/** Names of the origins in Cloudflare's zone; the traffic name itself belongs to the load balancer. */
function externalDns(cluster: Cluster): HelmComponent {
  const { platform, cloud } = cluster;
  return addon({
    name: 'external-dns',
    namespace: NAMESPACES.dns,
    values: {
      provider: { name: 'cloudflare' },
      env: [{ name: 'CF_API_TOKEN', valueFrom: { secretKeyRef: { name: 'cloudflare', key: 'token' } } }],
      sources: byCloud(cluster, { aws: () => ['ingress'], gcp: () => ['gateway-httproute'] }),
      // The host of an Ingress or a route is the traffic name; only the annotation names an origin.
      extraArgs: { 'ignore-ingress-rules-spec': true, 'ignore-ingress-tls-spec': true },
      excludeDomains: [platform.traffic.hostname],
      domainFilters: [platform.traffic.zone],
      policy: 'upsert-only',
      registry: 'txt',
      txtOwnerId: `tandem-${platform.name}-${cloud}`,
      interval: '1m',
      resources: resources('20m', '64Mi'),
    },
  });
}

function crossplane(): HelmComponent {
  return addon({
    name: 'crossplane',
    namespace: NAMESPACES.crossplane,
    values: {
      replicas: 2,
      leaderElection: true,
      // Kinds are activated one by one; the default would load every one of every provider.
      provider: { defaultActivations: [] },
      resourcesCrossplane: { requests: { cpu: '100m', memory: '512Mi' }, limits: { cpu: '1', memory: '1Gi' } },
      resourcesRBACManager: { requests: { cpu: '50m', memory: '256Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
      rbacManager: { replicas: 2, leaderElection: true },
      metrics: { enabled: true },
    },
  });
}

function streamController(): HelmComponent {
  return addon({
    name: 'nack',
    namespace: NAMESPACES.messaging,
    values: {
      // The Account resource says where the servers are and how to log in.
      jetstream: { enabled: true, additionalArgs: ['--crd-connect'] },
      namespaced: true,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containerSecurityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      resources: resources('20m', '64Mi'),
    },
  });
}

function loadBalancerController({ platform }: Cluster): HelmComponent {
  return addon({
    name: 'aws-load-balancer-controller',
    namespace: KUBE_SYSTEM,
    values: {
      clusterName: platform.aws.kubernetes.name,
      region: platform.aws.region,
      // By tag, so that no id of a resource that does not exist yet stands in Git.
      vpcTags: { Name: platform.aws.kubernetes.name },
      replicaCount: 2,
      serviceAccount: { create: true, name: 'aws-load-balancer-controller' },
      enableCertManager: true,
      podDisruptionBudget: { maxUnavailable: 1 },
      resources: resources('50m', '256Mi'),
    },
  });
}

function metricsServer(): HelmComponent {
  const labels = { 'app.kubernetes.io/name': 'metrics-server' };
  return addon({
    name: 'metrics-server',
    namespace: KUBE_SYSTEM,
    values: {
      replicas: 2,
      podDisruptionBudget: { enabled: true, minAvailable: 1 },
      topologySpreadConstraints: spreadNodes(labels),
      resources: { requests: { cpu: '100m', memory: '200Mi' } },
    },
  });
}

function clusterAutoscaler({ platform }: Cluster): HelmComponent {
  const { aws } = platform;
  return addon({
    name: 'cluster-autoscaler',
    namespace: KUBE_SYSTEM,
    values: {
      cloudProvider: 'aws',
      awsRegion: aws.region,
      autoDiscovery: { clusterName: aws.kubernetes.name },
      rbac: { serviceAccount: { create: true, name: 'cluster-autoscaler' } },
      extraArgs: {
        'balance-similar-node-groups': true,
        'skip-nodes-with-system-pods': false,
        expander: 'least-waste',
        'scale-down-delay-after-add': '15m',
      },
      podDisruptionBudget: { maxUnavailable: 1 },
      resources: resources('50m', '512Mi'),
    },
  });
}

import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { controlPlaneRanges } from '../addresses.ts';
import type { Cluster } from '../cluster.ts';
import type { KustomizeComponent } from '../component.ts';
import { KUBE_SYSTEM, NAMESPACES, PRIORITY_CRITICAL } from '../names.ts';
import { podsIn } from '../network-policy.ts';
import { KEPT } from '../sync-options.ts';

type Level = 'restricted' | 'baseline' | 'privileged';

interface Tenancy {
  readonly level: Level;
  /** Ours: nothing enters or leaves unless a component allows it. Operators: nothing enters but webhooks and scrapes. */
  readonly traffic: 'denied' | 'operator';
}

/** Pod security and default traffic of every namespace. */
const TENANCY: Record<keyof typeof NAMESPACES, Tenancy> = {
  argocd: { level: 'baseline', traffic: 'operator' },
  workflows: { level: 'restricted', traffic: 'operator' },
  certificates: { level: 'restricted', traffic: 'operator' },
  crossplane: { level: 'baseline', traffic: 'operator' },
  // Objects alone, no pods.
  infrastructure: { level: 'restricted', traffic: 'denied' },
  dns: { level: 'restricted', traffic: 'operator' },
  secrets: { level: 'restricted', traffic: 'operator' },
  // The node exporter reads the host's file system and network.
  monitoring: { level: 'privileged', traffic: 'operator' },
  pgbouncer: { level: 'restricted', traffic: 'denied' },
  messaging: { level: 'restricted', traffic: 'denied' },
  application: { level: 'restricted', traffic: 'denied' },
  runbooks: { level: 'restricted', traffic: 'denied' },
};

export const namespaces: KustomizeComponent = {
  kind: 'kustomize',
  path: 'namespaces',
  namespace: KUBE_SYSTEM,
  project: 'platform',
  wave: 'foundation',
  prune: false,
  build(scope, cluster) {
    for (const [role, tenancy] of Object.entries(TENANCY) as [keyof typeof NAMESPACES, Tenancy][])
      namespace(scope, cluster, NAMESPACES[role], tenancy);
    new k8s.KubePriorityClass(scope, 'critical', {
      metadata: { name: PRIORITY_CRITICAL },
      value: 1_000_000,
      globalDefault: false,
      preemptionPolicy: 'PreemptLowerPriority',
      description: 'What must run for the CRM to answer: when one cloud carries all, it goes before the rest.',
    });
    return [];
  },
};

function namespace(scope: Chart, cluster: Cluster, name: string, { level, traffic }: Tenancy): void {
  new k8s.KubeNamespace(scope, `namespace-${name}`, {
    metadata: {
      name,
      labels: {
        'pod-security.kubernetes.io/enforce': level,
        'pod-security.kubernetes.io/enforce-version': 'latest',
        'pod-security.kubernetes.io/warn': 'restricted',
        'pod-security.kubernetes.io/audit': 'restricted',
      },
      // A namespace takes everything in it along; Argo CD must never delete one.
      annotations: KEPT,
    },
  });
  new k8s.KubeNetworkPolicy(scope, `default-${name}`, {
    metadata: { name: 'default-deny', namespace: name },
    spec: { podSelector: {}, policyTypes: traffic === 'denied' ? ['Ingress', 'Egress'] : ['Ingress'] },
  });
  if (traffic === 'denied') return;
  new k8s.KubeNetworkPolicy(scope, `operator-${name}`, {
    metadata: { name: 'operator-traffic', namespace: name },
    spec: {
      podSelector: {},
      policyTypes: ['Ingress'],
      ingress: [
        { from: [{ podSelector: {} }, podsIn(NAMESPACES.monitoring), podsIn(KUBE_SYSTEM)] },
        { from: controlPlaneRanges(cluster).map((cidr) => ({ ipBlock: { cidr } })) },
      ],
    },
  });
}

import { KUBE_SYSTEM, NAMESPACES } from './names.ts';

/** What one AppProject may deploy: into which namespaces, and which cluster-wide kinds. */
interface Project {
  readonly description: string;
  readonly namespaces: readonly string[];
  readonly clusterKinds: readonly { readonly group: string; readonly kind: string }[];
  /** Kinds the project must never manage, whatever else it may. */
  readonly deniedKinds?: readonly { readonly group: string; readonly kind: string }[];
}

const ALL_KINDS = [{ group: '*', kind: '*' }];

export const PROJECTS = {
  platform: {
    description: 'Namespaces, Argo CD, operators and add-ons.',
    namespaces: [...Object.values(NAMESPACES), KUBE_SYSTEM],
    clusterKinds: ALL_KINDS,
  },
  security: {
    description: 'Secret stores, secrets, certificate authority and admission policies.',
    namespaces: [
      NAMESPACES.certificates,
      NAMESPACES.dns,
      NAMESPACES.secrets,
      NAMESPACES.argocd,
      NAMESPACES.pgbouncer,
      NAMESPACES.messaging,
      NAMESPACES.application,
      NAMESPACES.monitoring,
      NAMESPACES.infrastructure,
    ],
    clusterKinds: [
      { group: 'external-secrets.io', kind: 'ClusterSecretStore' },
      { group: 'cert-manager.io', kind: 'ClusterIssuer' },
      { group: 'admissionregistration.k8s.io', kind: 'ValidatingAdmissionPolicy' },
      { group: 'admissionregistration.k8s.io', kind: 'ValidatingAdmissionPolicyBinding' },
    ],
  },
  infrastructure: {
    description: 'Cloud resources, their providers and how those log in.',
    namespaces: [NAMESPACES.infrastructure, NAMESPACES.crossplane],
    clusterKinds: [
      { group: 'pkg.crossplane.io', kind: '*' },
      { group: 'apiextensions.crossplane.io', kind: '*' },
      { group: 'aws.m.upbound.io', kind: 'ClusterProviderConfig' },
      { group: 'gcp.m.upbound.io', kind: 'ClusterProviderConfig' },
      { group: 'upjet-cloudflare.m.upbound.io', kind: 'ClusterProviderConfig' },
    ],
  },
  data: {
    description: 'Connection pools and messaging.',
    namespaces: [NAMESPACES.pgbouncer, NAMESPACES.messaging],
    clusterKinds: [],
    deniedKinds: [{ group: '', kind: 'ResourceQuota' }],
  },
  crm: {
    description: 'The CRM application.',
    namespaces: [NAMESPACES.application],
    clusterKinds: [],
    deniedKinds: [
      { group: '', kind: 'ResourceQuota' },
      { group: 'rbac.authorization.k8s.io', kind: 'Role' },
      { group: 'rbac.authorization.k8s.io', kind: 'RoleBinding' },
    ],
  },
} as const satisfies Record<string, Project>;

export type ProjectName = keyof typeof PROJECTS;

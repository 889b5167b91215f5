import type { Chart } from 'cdk8s';
import type { Cluster } from '../../cluster.ts';
import { KUBE_SYSTEM, NAMESPACES } from '../../names.ts';
import { type Managed, managed } from '../managed.ts';
import { baseName, named, tags } from '../names.ts';
import {
  autoscalerPolicy,
  crossplanePolicy,
  exporterPolicy,
  flowLogsPolicy,
  gkeIssuer,
  gkeTrust,
  linkPolicy,
  loadBalancerPolicy,
  POD_IDENTITY_TRUST,
  secretsPolicy,
  serviceTrust,
} from './policies.ts';

/** The service account of the AWS providers, in both clusters. */
export const PROVIDER_ACCOUNT = 'provider-aws';

interface Role {
  readonly trust: string;
  /** Policies of AWS, by name. */
  readonly managed?: readonly string[];
  readonly inline?: string;
  /** The service account of this cluster that takes the role by Pod Identity. */
  readonly pod?: { readonly namespace: string; readonly serviceAccount: string };
}

/** Every role of the environment, by the last part of its name. */
function roles(cluster: Cluster): Record<string, Role> {
  const pod = (namespace: string, serviceAccount: string, rest: Omit<Role, 'trust' | 'pod'>): Role => ({
    trust: POD_IDENTITY_TRUST,
    pod: { namespace, serviceAccount },
    ...rest,
  });
  const addon = (...policies: string[]): Role => ({ trust: POD_IDENTITY_TRUST, managed: policies });
  return {
    'eks-cluster': { trust: serviceTrust('eks.amazonaws.com'), managed: ['AmazonEKSClusterPolicy'] },
    'eks-node': {
      trust: serviceTrust('ec2.amazonaws.com'),
      managed: ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'],
    },
    'vpc-cni': addon('AmazonEKS_CNI_Policy'),
    'aws-ebs-csi-driver': addon('service-role/AmazonEBSCSIDriverPolicy'),
    'amazon-cloudwatch-observability': addon('CloudWatchAgentServerPolicy'),
    'rds-monitoring': { trust: serviceTrust('monitoring.rds.amazonaws.com'), managed: ['service-role/AmazonRDSEnhancedMonitoringRole'] },
    'flow-logs': { trust: serviceTrust('vpc-flow-logs.amazonaws.com'), inline: flowLogsPolicy() },
    crossplane: pod(NAMESPACES.crossplane, PROVIDER_ACCOUNT, { inline: crossplanePolicy(cluster) }),
    'external-secrets': pod(NAMESPACES.secrets, 'external-secrets', { inline: secretsPolicy(cluster) }),
    'load-balancer': pod(KUBE_SYSTEM, 'aws-load-balancer-controller', { inline: loadBalancerPolicy() }),
    'cluster-autoscaler': pod(KUBE_SYSTEM, 'cluster-autoscaler', { inline: autoscalerPolicy(cluster) }),
    'cloudwatch-exporter': pod(NAMESPACES.monitoring, 'cloudwatch-exporter', { inline: exporterPolicy() }),
    'crossplane-from-gcp': { trust: gkeTrust(cluster, `${NAMESPACES.crossplane}:${PROVIDER_ACCOUNT}`), inline: linkPolicy() },
    'secrets-from-gcp': { trust: gkeTrust(cluster, `${NAMESPACES.secrets}:secrets-mirror`), inline: secretsPolicy(cluster) },
  };
}

/** Roles, their policies, and which service account has which. No key is stored anywhere. */
export function identities(scope: Chart, cluster: Cluster): void {
  const { region } = cluster.platform.aws;
  const add = (resource: Managed): void => managed(scope, cluster, resource);
  for (const [suffix, role] of Object.entries(roles(cluster))) {
    const name = named(cluster, suffix);
    add({
      kind: 'iam/Role',
      name,
      wave: -20,
      forProvider: {
        assumeRolePolicy: role.trust,
        ...(role.inline ? { inlinePolicy: [{ name: 'allow', policy: role.inline }] } : {}),
        tags: tags(cluster, name),
      },
    });
    for (const [index, policyName] of (role.managed ?? []).entries())
      add({
        kind: 'iam/RolePolicyAttachment',
        name: index === 0 ? name : `${name}-${index + 1}`,
        wave: -19,
        forProvider: { roleRef: { name }, policyArn: `arn:aws:iam::aws:policy/${policyName}` },
      });
    if (role.pod)
      add({
        kind: 'eks/PodIdentityAssociation',
        name,
        wave: -8,
        forProvider: { region, clusterNameRef: { name: baseName(cluster) }, roleArnRef: { name }, ...role.pod },
      });
  }
  // The GKE cluster's tokens are believed here.
  add({
    kind: 'iam/OpenIDConnectProvider',
    name: named(cluster, 'gke'),
    wave: -20,
    forProvider: { url: `https://${gkeIssuer(cluster)}`, clientIdList: ['sts.amazonaws.com'], tags: tags(cluster, named(cluster, 'gke')) },
  });
}

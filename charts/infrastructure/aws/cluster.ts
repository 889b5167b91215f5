import type { Chart } from 'cdk8s';
import type { Cluster } from '../../cluster.ts';
import { type Composed, type Composite, composite } from '../composition.ts';
import { type Managed, managed } from '../managed.ts';
import { baseName, named, tags } from '../names.ts';
import { subnetsOf } from './network.ts';
import { keyPolicy, roleArn } from './policies.ts';
import { securityGroupRule } from './security.ts';

const GiB = 2 ** 30;

/**
 * The EKS cluster, wired by composition: its key's ARN, the launch template's version and the nodes' security
 * group are known to AWS alone.
 */
export function kubernetesCluster(cluster: Cluster): Composite {
  return {
    kind: 'KubernetesCluster',
    name: baseName(cluster),
    description: 'An EKS cluster, its envelope key, its nodes, and the rules that name the nodes.',
    wave: -10,
    resources: [...envelopeKey(cluster), controlPlane(cluster), launchTemplate(cluster), nodes(cluster), ...nodeRules(cluster)],
  };
}

function envelopeKey(cluster: Cluster): Composed[] {
  if (!cluster.platform.aws.kubernetes.secretsEncryption) return [];
  const name = named(cluster, 'eks');
  return [
    {
      step: 'key',
      kind: 'kms/Key',
      name,
      forProvider: {
        region: cluster.platform.aws.region,
        description: 'Envelope encryption of Kubernetes secrets',
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: keyPolicy(cluster),
        tags: tags(cluster, name),
      },
      exports: { keyArn: 'arn' },
    },
  ];
}

function controlPlane(cluster: Cluster): Composed {
  const { kubernetes, region } = cluster.platform.aws;
  const name = baseName(cluster);
  return {
    step: 'control-plane',
    kind: 'eks/Cluster',
    name,
    forProvider: {
      region,
      version: kubernetes.version,
      roleArnRef: { name: named(cluster, 'eks-cluster') },
      deletionProtection: true,
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
      enabledClusterLogTypes: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'],
      ...(kubernetes.secretsEncryption ? { encryptionConfig: { resources: ['secrets'] } } : {}),
      upgradePolicy: { supportType: 'STANDARD' },
      zonalShiftConfig: { enabled: true },
      kubernetesNetworkConfig: { ipFamily: 'ipv4', serviceIpv4Cidr: kubernetes.services.text },
      vpcConfig: {
        subnetIdRefs: subnetsOf(cluster, 'private'),
        endpointPrivateAccess: true,
        endpointPublicAccess: kubernetes.operators.length > 0,
        ...(kubernetes.operators.length > 0 ? { publicAccessCidrs: kubernetes.operators.map((range) => range.text) } : {}),
      },
      tags: tags(cluster, name),
    },
    ...(kubernetes.secretsEncryption ? { needs: { 'forProvider.encryptionConfig.provider.keyArn': 'keyArn' } } : {}),
    exports: { nodeGroupId: 'vpcConfig.clusterSecurityGroupId' },
  };
}

function launchTemplate(cluster: Cluster): Composed {
  const { region, kubernetes } = cluster.platform.aws;
  const { nodes } = kubernetes;
  const name = named(cluster, 'nodes');
  return {
    step: 'launch-template',
    kind: 'ec2/LaunchTemplate',
    name,
    forProvider: {
      region,
      name,
      description: 'Nodes of the CRM',
      updateDefaultVersion: true,
      blockDeviceMappings: [
        {
          deviceName: '/dev/xvda',
          ebs: {
            volumeType: 'gp3',
            volumeSize: Math.ceil(nodes.diskSize / GiB),
            encrypted: 'true',
            deleteOnTermination: 'true',
          },
        },
      ],
      ...(nodes.instanceType.startsWith('t') ? { creditSpecification: { cpuCredits: nodes.creditMode } } : {}),
      // One hop: pods get identities by Pod Identity and cannot ask for the node's.
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
      tagSpecifications: [{ resourceType: 'instance', tags: tags(cluster, name) }],
      userData: Buffer.from(nodeConfiguration(nodes.maxPods)).toString('base64'),
      tags: tags(cluster, name),
    },
    exports: { templateId: 'id', templateVersion: 'latestVersion' },
  };
}

/** What the node's bootstrap merges into its own. Source: EKS, AL2023 and nodeadm. */
function nodeConfiguration(maxPods: number): string {
  return [
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="//"',
    '',
    '--//',
    'Content-Type: application/node.eks.aws',
    '',
    'apiVersion: node.eks.aws/v1alpha1',
    'kind: NodeConfig',
    'spec:',
    '  kubelet:',
    '    config:',
    `      maxPods: ${maxPods}`,
    '',
    '--//--',
    '',
  ].join('\n');
}

function nodes(cluster: Cluster): Composed {
  const { region, kubernetes } = cluster.platform.aws;
  const name = named(cluster, 'nodes');
  return {
    step: 'nodes',
    kind: 'eks/NodeGroup',
    name,
    forProvider: {
      region,
      clusterNameRef: { name: baseName(cluster) },
      nodeRoleArnRef: { name: named(cluster, 'eks-node') },
      subnetIdRefs: subnetsOf(cluster, 'private'),
      version: kubernetes.version,
      amiType: 'AL2023_x86_64_STANDARD',
      capacityType: 'ON_DEMAND',
      instanceTypes: [kubernetes.nodes.instanceType],
      scalingConfig: { minSize: kubernetes.nodes.min, maxSize: kubernetes.nodes.max },
      updateConfig: { maxUnavailable: 1 },
      nodeRepairConfig: { enabled: true },
      tags: tags(cluster, name),
    },
    // The autoscaler owns the size from here on.
    initProvider: { scalingConfig: { desiredSize: kubernetes.nodes.min } },
    needs: { 'forProvider.launchTemplate.id': 'templateId', 'forProvider.launchTemplate.version': 'templateVersion' },
  };
}

/** Rules that name the group AWS makes for the nodes, which pods share; its own rules stay as they are. */
function nodeRules(cluster: Cluster): Composed[] {
  const { aws, gcp, application } = cluster.platform;
  const fromNodes = (store: 'database' | 'cache'): Composed => ({
    step: `${store}-from-nodes`,
    ...securityGroupRule(cluster, {
      direction: 'Ingress',
      name: `${store}-from-eks`,
      group: store,
      peer: {},
      port: aws[store].port,
      description: 'EKS nodes and pods',
    }),
    needs: { 'forProvider.referencedSecurityGroupId': 'nodeGroupId' },
  });
  return [
    fromNodes('database'),
    fromNodes('cache'),
    {
      step: 'nodes-from-alb',
      ...securityGroupRule(cluster, {
        direction: 'Ingress',
        name: 'eks-from-alb',
        peer: { referencedSecurityGroupIdRef: { name: named(cluster, 'alb') } },
        port: application.port,
        description: 'load balancer to the pods of the CRM',
      }),
      needs: { 'forProvider.securityGroupId': 'nodeGroupId' },
    },
    ...(['nodes', 'pods'] as const).map(
      (caller): Composed => ({
        step: `nodes-from-gcp-${caller}`,
        ...securityGroupRule(cluster, {
          direction: 'Ingress',
          name: `eks-from-gcp-${caller}`,
          peer: { cidrIpv4: gcp.network[caller].text },
          port: 'icmp',
          description: `GKE ${caller}: do large packets cross the link?`,
        }),
        needs: { 'forProvider.securityGroupId': 'nodeGroupId' },
      }),
    ),
  ];
}

/** What runs in every EKS cluster, from AWS; and who administers it. */
export function clusterExtras(scope: Chart, cluster: Cluster): void {
  const { aws } = cluster.platform;
  const { region } = aws;
  const add = (resource: Managed): void => managed(scope, cluster, { wave: -8, ...resource });
  composite(scope, kubernetesCluster(cluster));
  const clusterNameRef = { name: baseName(cluster) };
  for (const [addonName, { serviceAccount, values }] of Object.entries(addons(cluster)))
    add({
      kind: 'eks/Addon',
      name: named(cluster, addonName),
      forProvider: {
        region,
        clusterNameRef,
        addonName,
        resolveConflictsOnCreate: 'OVERWRITE',
        resolveConflictsOnUpdate: 'OVERWRITE',
        ...(serviceAccount ? { podIdentityAssociation: [{ serviceAccount, roleArn: roleArn(cluster, named(cluster, addonName)) }] } : {}),
        ...(values ? { configurationValues: JSON.stringify(values) } : {}),
        tags: tags(cluster, named(cluster, addonName)),
      },
    });
  const admin = named(cluster, 'admin');
  add({
    kind: 'eks/AccessEntry',
    name: admin,
    forProvider: { region, clusterNameRef, principalArn: aws.kubernetes.adminRole, type: 'STANDARD' },
  });
  add({
    kind: 'eks/AccessPolicyAssociation',
    name: admin,
    forProvider: {
      region,
      clusterNameRef,
      principalArnRef: { name: admin },
      policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
      accessScope: { type: 'cluster' },
    },
  });
}

interface Addon {
  /** The service account that gets the add-on's role. */
  readonly serviceAccount?: string;
  readonly values?: object;
}

/** Versions are left to EKS, which keeps the default of the cluster's version. */
export function addons({ platform: { link } }: Cluster): Record<string, Addon> {
  return {
    'eks-pod-identity-agent': {},
    'vpc-cni': {
      serviceAccount: 'aws-node',
      values: {
        // Network policies are enforced by the node agent, which is off unless asked for.
        enableNetworkPolicy: 'true',
        env: { AWS_VPC_ENI_MTU: String(link.mtu), ENABLE_SUBNET_DISCOVERY: 'true' },
      },
    },
    'kube-proxy': {},
    coredns: { values: { autoScaling: { enabled: true, minReplicas: 2, maxReplicas: 10 } } },
    'aws-ebs-csi-driver': { serviceAccount: 'ebs-csi-controller-sa', values: { defaultStorageClass: { enabled: true } } },
    'amazon-cloudwatch-observability': { serviceAccount: 'cloudwatch-agent' },
  };
}

import type { Chart } from 'cdk8s';
import type { Cluster } from '../../cluster.ts';
import { type Managed, managed } from '../managed.ts';
import { baseName, named, tags } from '../names.ts';
import { keyName } from './keys.ts';
import { nodeTag, RANGES } from './network.ts';

const GiB = 2 ** 30;

/** The GKE cluster: regional, private, with the identity of pods and its own load balancing. */
export function kubernetesCluster(scope: Chart, cluster: Cluster): void {
  const { gcp } = cluster.platform;
  const { kubernetes } = gcp;
  const name = baseName(cluster);
  const add = (resource: Managed): void => managed(scope, cluster, resource);
  add({
    kind: 'container/Cluster',
    name,
    wave: -10,
    forProvider: {
      location: gcp.region,
      nodeLocations: [...kubernetes.zones],
      networkRef: { name },
      subnetworkRef: { name },
      networkingMode: 'VPC_NATIVE',
      ipAllocationPolicy: { clusterSecondaryRangeName: RANGES.pods, servicesSecondaryRangeName: RANGES.services },
      datapathProvider: 'ADVANCED_DATAPATH',
      minMasterVersion: kubernetes.version,
      releaseChannel: { channel: kubernetes.channel },
      removeDefaultNodePool: true,
      initialNodeCount: 1,
      deletionProtection: true,
      enableShieldedNodes: true,
      workloadIdentityConfig: { workloadPool: `${gcp.project}.svc.id.goog` },
      gatewayApiConfig: { channel: 'CHANNEL_STANDARD' },
      enableL4IlbSubsetting: true,
      privateClusterConfig: {
        enablePrivateNodes: true,
        enablePrivateEndpoint: kubernetes.operators.length === 0,
        masterIpv4CidrBlock: gcp.network.controlPlane.text,
        masterGlobalAccessConfig: { enabled: false },
      },
      masterAuthorizedNetworksConfig: {
        gcpPublicCidrsAccessEnabled: false,
        cidrBlocks: [
          { cidrBlock: gcp.network.nodes.text, displayName: 'nodes' },
          { cidrBlock: gcp.network.pods.text, displayName: 'pods' },
          ...kubernetes.operators.map((range, index) => ({ cidrBlock: range.text, displayName: `operators-${index + 1}` })),
        ],
      },
      ...(kubernetes.secretsEncryption ? { databaseEncryption: { state: 'ENCRYPTED', keyName: keyName(cluster, 'gke') } } : {}),
      addonsConfig: {
        httpLoadBalancing: { disabled: false },
        horizontalPodAutoscaling: { disabled: false },
        gcePersistentDiskCsiDriverConfig: { enabled: true },
        dnsCacheConfig: { enabled: true },
      },
      loggingConfig: { enableComponents: ['SYSTEM_COMPONENTS', 'WORKLOADS', 'APISERVER', 'SCHEDULER', 'CONTROLLER_MANAGER'] },
      monitoringConfig: { enableComponents: ['SYSTEM_COMPONENTS'], managedPrometheus: { enabled: false } },
      securityPostureConfig: { mode: 'BASIC' },
      maintenancePolicy: {
        recurringWindow: {
          startTime: '2026-01-03T17:00:00Z',
          endTime: '2026-01-03T21:00:00Z',
          recurrence: 'FREQ=WEEKLY;BYDAY=SA,SU',
        },
      },
      resourceLabels: tags(cluster, name),
    },
  });
  add({
    kind: 'container/NodePool',
    name: named(cluster, 'nodes'),
    wave: -9,
    forProvider: {
      location: gcp.region,
      clusterRef: { name },
      // Of all zones together: the other pair of fields counts for each zone.
      autoscaling: { totalMinNodeCount: kubernetes.nodes.min, totalMaxNodeCount: kubernetes.nodes.max, locationPolicy: 'BALANCED' },
      ignoreNodeCountChanges: true,
      maxPodsPerNode: kubernetes.nodes.maxPods,
      management: { autoRepair: true, autoUpgrade: true },
      upgradeSettings: { strategy: 'SURGE', maxSurge: 1, maxUnavailable: 0 },
      nodeConfig: {
        machineType: kubernetes.nodes.machineType,
        diskType: 'pd-balanced',
        diskSizeGb: Math.ceil(kubernetes.nodes.diskSize / GiB),
        imageType: 'COS_CONTAINERD',
        serviceAccountRef: { name: named(cluster, 'nodes') },
        oauthScopes: ['https://www.googleapis.com/auth/cloud-platform'],
        tags: [nodeTag(cluster)],
        workloadMetadataConfig: { mode: 'GKE_METADATA' },
        shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
        resourceLabels: tags(cluster, named(cluster, 'nodes')),
      },
    },
    // At creation, for each zone; the autoscaler owns the number afterwards.
    initProvider: { initialNodeCount: Math.ceil(kubernetes.nodes.min / kubernetes.zones.length) },
  });
}

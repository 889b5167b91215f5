import type { TreeRule } from '../law.ts';
import { isManaged, isSet, kindOf, observes, say } from '../object.ts';

/** What decides the bill, by kind; left out, the cloud would choose. */
const SIZES: Readonly<Record<string, readonly string[]>> = {
  'rds/Instance': ['instanceClass', 'allocatedStorage', 'maxAllocatedStorage', 'storageType', 'multiAz', 'backupRetentionPeriod'],
  'elasticache/ReplicationGroup': ['nodeType', 'numCacheClusters', 'snapshotRetentionLimit'],
  'eks/NodeGroup': ['instanceTypes', 'scalingConfig', 'capacityType'],
  'ec2/LaunchTemplate': ['blockDeviceMappings'],
  'cloudwatchlogs/Group': ['retentionInDays'],
  'sql/DatabaseInstance': ['settings.tier', 'settings.edition', 'settings.availabilityType', 'settings.diskSize', 'settings.diskType'],
  'redis/Instance': ['tier', 'memorySizeGb'],
  'container/NodePool': [
    'nodeConfig.machineType',
    'nodeConfig.diskSizeGb',
    'autoscaling.totalMinNodeCount',
    'autoscaling.totalMaxNodeCount',
  ],
  'ec2/NATGateway': ['connectivityType'],
};

export const sizesAreStated: TreeRule = {
  code: 'TD611',
  name: 'sizes-are-stated',
  law: 'Everything that decides the bill is written down, and no cloud chooses it.',
  check: ({ objects }) =>
    objects
      .filter((object) => isManaged(object) && !observes(object))
      .flatMap((object) =>
        (SIZES[kindOf(object)] ?? [])
          .filter((path) => !isSet(object, path))
          .map((path) => ({ object, message: `${say(object)} leaves ${path} to the cloud`, hint: `Set spec.forProvider.${path}.` })),
      ),
};

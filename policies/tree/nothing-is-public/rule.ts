import type { TreeRule } from '../law.ts';
import { isManaged, kindOf, observes, parameter, say } from '../object.ts';

/** Parameters that would give something a public address, and what they must be. */
const PRIVATE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'rds/Instance': { publiclyAccessible: false },
  'sql/DatabaseInstance': { 'settings.ipConfiguration.ipv4Enabled': false },
  'redis/Instance': { connectMode: 'PRIVATE_SERVICE_ACCESS' },
  'ec2/Subnet': { mapPublicIpOnLaunch: false },
  'eks/Cluster': { 'vpcConfig.endpointPrivateAccess': true },
  'container/Cluster': {
    'privateClusterConfig.enablePrivateNodes': true,
    'masterAuthorizedNetworksConfig.gcpPublicCidrsAccessEnabled': false,
  },
};

export const nothingIsPublic: TreeRule = {
  code: 'TD609',
  name: 'nothing-is-public',
  law: 'Databases, caches and nodes have no public address; a control plane has one only for the ranges that the environment lists.',
  check: ({ objects, platform }) =>
    objects
      .filter((object) => isManaged(object) && !observes(object))
      .flatMap((object) => {
        const kind = kindOf(object);
        const operators = kind === 'eks/Cluster' ? platform.aws.kubernetes.operators : platform.gcp.kubernetes.operators;
        const wanted = {
          ...PRIVATE[kind],
          ...(kind === 'eks/Cluster' ? { 'vpcConfig.endpointPublicAccess': operators.length > 0 } : {}),
          ...(kind === 'container/Cluster' ? { 'privateClusterConfig.enablePrivateEndpoint': operators.length === 0 } : {}),
        };
        return Object.entries(wanted)
          .filter(([path, value]) => parameter(object, path) !== value)
          .map(([path, value]) => ({
            object,
            message: `${say(object)}: ${path} is ${String(parameter(object, path))}`,
            hint: `Set it to ${String(value)}.`,
          }));
      }),
};

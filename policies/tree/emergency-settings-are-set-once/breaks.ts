import type { Break } from '../law.ts';

export const breaks: readonly Break[] = [
  {
    what: 'a pool that is enabled again whatever a runbook did',
    spoil: (tree) => {
      tree.object('aws', 'load/BalancerPool', 'crm-production-aws').spec.forProvider.enabled = true;
    },
  },
  {
    what: 'steering that is enforced',
    spoil: (tree) => {
      tree.object('aws', 'load/Balancer', 'crm-production').spec.forProvider.steeringPolicy = 'random';
    },
  },
  {
    what: 'a size that fights the autoscaler',
    spoil: (tree) => {
      tree.object('aws', 'eks/NodeGroup', 'crm-production-nodes').spec.forProvider.scalingConfig.desiredSize = 3;
    },
  },
];

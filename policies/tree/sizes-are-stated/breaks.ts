import type { Break } from '../law.ts';

export const breaks: readonly Break[] = [
  {
    what: 'logs that are kept for ever',
    spoil: (tree) => {
      delete tree.object('aws', 'cloudwatchlogs/Group', 'crm-production-eks-log').spec.forProvider.retentionInDays;
    },
  },
  {
    what: 'a node pool without a most',
    spoil: (tree) => {
      delete tree.object('gcp', 'container/NodePool', 'crm-production-nodes').spec.forProvider.autoscaling.totalMaxNodeCount;
    },
  },
  {
    what: 'a Cloud SQL edition that Google chooses',
    spoil: (tree) => {
      delete tree.object('gcp', 'sql/DatabaseInstance', 'crm-production').spec.forProvider.settings.edition;
    },
  },
];

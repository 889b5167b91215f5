import type { Break } from '../law.ts';

export const breaks: readonly Break[] = [
  {
    what: 'an alarm without an action',
    spoil: (tree) => {
      tree.object('aws', 'cloudwatch/MetricAlarm', 'crm-production-database-cpu').spec.forProvider.alarmActions = [];
    },
  },
  {
    what: 'an alarm that tells a topic of somebody else',
    spoil: (tree) => {
      tree.object('aws', 'cloudwatch/MetricAlarm', 'crm-production-tunnel-1').spec.forProvider.alarmActions = [
        'arn:aws:sns:ap-northeast-2:123456789012:other',
      ];
    },
  },
  { what: 'nobody is subscribed to the topic', spoil: (tree) => tree.remove('aws', 'sns/TopicSubscription', 'crm-production-oncall') },
  {
    what: 'the channel of Cloud Monitoring is gone',
    spoil: (tree) => tree.remove('gcp', 'monitoring/NotificationChannel', 'crm-production-oncall'),
  },
  {
    what: 'Cloudflare tells nobody',
    spoil: (tree) => {
      tree.object('aws', 'notification/Policy', 'crm-production').spec.forProvider.mechanisms = { email: [] };
    },
  },
];

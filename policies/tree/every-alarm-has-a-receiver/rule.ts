import type { TreeRule } from '../law.ts';
import { isManaged, kindOf, observes, parameter, referred, say, type TreeObject } from '../object.ts';

export const everyAlarmHasAReceiver: TreeRule = {
  code: 'TD610',
  name: 'every-alarm-has-a-receiver',
  law: 'Every alarm tells a topic, channel or address that is rendered and that somebody reads.',
  check({ objects }) {
    const managed = objects.filter((object) => isManaged(object) && !observes(object));
    const ofKind = (kind: string): TreeObject[] => managed.filter((object) => kindOf(object) === kind);
    const topics = ofKind('sns/Topic')
      .map((topic) => topic.manifest.metadata.name)
      .filter((name) =>
        ofKind('sns/TopicSubscription').some(
          (subscription) => referred(subscription, 'topicArnRef') === name && parameter(subscription, 'endpoint'),
        ),
      );
    const channels = ofKind('monitoring/NotificationChannel').flatMap((channel) => Object.keys(channel.step?.offers ?? {}));
    const heard: Readonly<Record<string, (object: TreeObject) => boolean>> = {
      'cloudwatch/MetricAlarm': (alarm) => {
        const actions = (parameter(alarm, 'alarmActions') as string[] | undefined) ?? [];
        return (
          parameter(alarm, 'actionsEnabled') === true &&
          actions.length > 0 &&
          actions.every((arn) => topics.includes(arn.slice(arn.lastIndexOf(':') + 1)))
        );
      },
      'monitoring/AlertPolicy': (policy) =>
        parameter(policy, 'enabled') === true && channels.includes(policy.step?.awaits['spec.forProvider.notificationChannels[0]'] ?? ''),
      'notification/Policy': (policy) =>
        parameter(policy, 'enabled') === true && ((parameter(policy, 'mechanisms.email') as unknown[] | undefined) ?? []).length > 0,
    };
    return managed
      .filter((object) => heard[kindOf(object)]?.(object) === false)
      .map((object) => ({
        object,
        message: `${say(object)} tells nobody`,
        hint: 'Name the topic or channel of this environment, and keep its subscription.',
      }));
  },
};

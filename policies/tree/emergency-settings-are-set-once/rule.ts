import type { TreeRule } from '../law.ts';
import { at, isManaged, kindOf, observes, parameter, say } from '../object.ts';

/** What a runbook or an autoscaler changes at run time. */
const SET_ONCE: Readonly<Record<string, readonly string[]>> = {
  'load/BalancerPool': ['enabled'],
  'load/Balancer': ['fallbackPool', 'steeringPolicy', 'randomSteering'],
  'eks/NodeGroup': ['scalingConfig.desiredSize'],
  'container/NodePool': ['initialNodeCount', 'nodeCount'],
};

export const emergencySettingsAreSetOnce: TreeRule = {
  code: 'TD612',
  name: 'emergency-settings-are-set-once',
  law: 'What a runbook changes in an emergency, or an autoscaler at any time, is set at creation and never enforced again.',
  check: ({ objects }) =>
    objects
      .filter((object) => isManaged(object) && !observes(object))
      .flatMap((object) =>
        (SET_ONCE[kindOf(object)] ?? []).flatMap((path) => {
          const enforced = parameter(object, path) !== undefined || object.step?.awaits[`spec.forProvider.${path}`] !== undefined;
          const given =
            at(object, `spec.initProvider.${path}`) !== undefined || object.step?.awaits[`spec.initProvider.${path}`] !== undefined;
          if (enforced)
            return [
              {
                object,
                message: `${say(object)} enforces ${path}: Crossplane would undo what a runbook did`,
                hint: `Move it to spec.initProvider.${path}.`,
              },
            ];
          if (kindOf(object) === 'load/BalancerPool' && !given)
            return [{ object, message: `${say(object)} does not say what ${path} is at first`, hint: `Set spec.initProvider.${path}.` }];
          return [];
        }),
      ),
};

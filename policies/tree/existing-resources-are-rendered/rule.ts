import { KIND_FACTS } from '../kinds.ts';
import type { TreeRule } from '../law.ts';
import { groupOf, isManaged, isSet, kindOf, observes, say } from '../object.ts';

export const existingResourcesAreRendered: TreeRule = {
  code: 'TD615',
  name: 'existing-resources-are-rendered',
  law: 'Every id in `existing` belongs to a rendered resource that has no other way to be found; and what another cluster must find by id has one.',
  check({ objects, platform }) {
    const managed = objects.filter(isManaged);
    const [anything] = objects;
    if (!anything) return [];
    const strangers = platform.existing.filter(
      ({ kind, name }) =>
        !managed.some(
          (object) =>
            object.manifest.kind === kind && object.manifest.metadata.name === name && KIND_FACTS[`${groupOf(object)}/${kind}`]?.id,
        ),
    );
    return [
      ...strangers.map(({ kind, name }) => ({
        object: anything,
        message: `existing names ${kind} ${name}, which is not rendered or is found by its name`,
        hint: 'Remove the entry, or write kind and name as they are rendered.',
      })),
      ...managed
        .filter(
          (object) =>
            kindOf(object) === 'ec2/VPNConnection' &&
            !observes(object) &&
            !isSet(object, 'vpnGatewayId') &&
            !isSet(object, 'vpnGatewayIdRef'),
        )
        .map((object) => ({
          object,
          message: `${say(object)} has no gateway: the ${object.cloud} cluster owns the link and cannot look the VPC’s up`,
          hint: `Add { kind: VPNGateway, name: ${platform.aws.kubernetes.name}, id: vgw-… } to existing; the AWS console shows the id.`,
        })),
    ];
  },
};

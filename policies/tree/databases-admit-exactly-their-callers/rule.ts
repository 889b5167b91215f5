import type { Platform } from '../../../environments/platform.ts';
import type { RenderedTree, TreeBreach, TreeRule } from '../law.ts';
import { at, kindOf, parameter, referred, say, type TreeObject } from '../object.ts';

export const databasesAdmitExactlyTheirCallers: TreeRule = {
  code: 'TD607',
  name: 'databases-admit-exactly-their-callers',
  law: 'RDS admits the nodes of EKS and Google’s nodes, pods and private services on its port, and reaches Cloud SQL alone; Cloud SQL is reached through the peering that the link announces, and by nothing else.',
  check: (tree) => [...rds(tree), ...cloudSql(tree)],
};

const NODES = 'the EKS nodes';

/** Sources and targets of the database’s group, against those that row S2 lists. */
function rds({ platform, objects }: RenderedTree): TreeBreach[] {
  const instance = objects.find((object) => kindOf(object) === 'rds/Instance');
  if (!instance) return [];
  const groups = (parameter(instance, 'vpcSecurityGroupIdRefs') as { name: string }[]).map(({ name }) => name);
  const rules = (kind: string): TreeObject[] =>
    objects.filter((object) => kindOf(object) === `ec2/${kind}` && groups.includes(referred(object, 'securityGroupIdRef') ?? ''));
  const { nodes, pods, privateServices } = platform.gcp.network;
  const { port } = platform.aws.database;
  return [
    ...differences(
      instance,
      'admits',
      rules('SecurityGroupIngressRule').map(peer),
      [NODES, nodes.text, pods.text, privateServices.text].map((source) => `${source} tcp ${port}`),
    ),
    ...differences(instance, 'reaches', rules('SecurityGroupEgressRule').map(peer), [
      `${privateServices.text} tcp ${platform.gcp.database.port}`,
    ]),
  ];
}

/** A rule in words; the group of the EKS nodes is filled in by composition. */
function peer(rule: TreeObject): string {
  const range = parameter(rule, 'cidrIpv4');
  const nodes = rule.step?.awaits['spec.forProvider.referencedSecurityGroupId'] === 'nodeGroupId';
  const [from, to] = [parameter(rule, 'fromPort'), parameter(rule, 'toPort')];
  return `${range ?? (nodes ? NODES : 'somebody else')} ${String(parameter(rule, 'ipProtocol'))} ${from === to ? String(from) : `${String(from)}-${String(to)}`}`;
}

function differences(object: TreeObject, verb: string, found: readonly string[], wanted: readonly string[]): TreeBreach[] {
  const missing = wanted
    .filter((one) => !found.includes(one))
    .map((one) => ({
      object,
      message: `${say(object)} no longer ${verb} ${one}`,
      hint: 'Put the rule back: replication or failback needs it.',
    }));
  const extra = found
    .filter((one) => !wanted.includes(one))
    .map((one) => ({ object, message: `${say(object)} ${verb} ${one}, which nothing needs`, hint: 'Remove the rule.' }));
  return [...missing, ...extra];
}

function cloudSql({ platform, objects }: RenderedTree): TreeBreach[] {
  const find = (kind: string, of: (object: TreeObject) => boolean = () => true): TreeObject | undefined =>
    objects.find((object) => object.cloud === 'gcp' && object.step === null && kindOf(object) === kind && of(object));
  const instance = find('sql/DatabaseInstance');
  if (!instance) return [];
  const router = find('compute/Router', (object) => parameter(object, 'bgp') !== undefined);
  const peering = find('compute/NetworkPeeringRoutesConfig');
  const announced =
    ((router && parameter(router, 'bgp.advertisedIpRanges')) as { range: string }[] | undefined)?.map(({ range }) => range) ?? [];
  const wanted = [platform.gcp.network.pods.text, platform.gcp.network.privateServices.text];
  return [
    ...(((parameter(instance, 'settings.ipConfiguration.authorizedNetworks') as unknown[] | undefined) ?? []).length > 0
      ? [
          {
            object: instance,
            message: `${say(instance)} lists networks beside its own`,
            hint: 'Remove authorizedNetworks: the peering is the only way in.',
          },
        ]
      : []),
    ...wanted
      .filter((range) => !announced.includes(range))
      .map((range) => ({
        object: router ?? instance,
        message: `the link does not announce ${range} to AWS`,
        hint: 'Add it to advertisedIpRanges of the router.',
      })),
    ...(peering && parameter(peering, 'exportCustomRoutes') === true
      ? []
      : [
          {
            object: peering ?? instance,
            message: 'Cloud SQL does not learn the routes to AWS',
            hint: 'Export custom routes to the peering.',
          },
        ]),
    ...egress(platform, objects),
  ];
}

/** What leaves the GKE nodes for AWS or for the stores is listed, and the rest is denied by rules of lower precedence. */
function egress(platform: Platform, objects: readonly TreeObject[]): TreeBreach[] {
  const rules = objects.filter((object) => kindOf(object) === 'compute/Firewall' && parameter(object, 'direction') === 'EGRESS');
  const denied = rules.filter((rule) => (at(rule, 'spec.forProvider.deny[0].protocol') as string) === 'all');
  const allowed = rules.filter((rule) => parameter(rule, 'allow') !== undefined);
  const ranges = [platform.aws.network.vpc.text, platform.gcp.network.privateServices.text];
  return ranges.flatMap((range) => {
    const rule = denied.find((one) => (parameter(one, 'destinationRanges') as string[]).includes(range));
    const object = rule ?? rules[0] ?? objects[0];
    if (!object) return [];
    if (!rule) return [{ object, message: `nothing denies the nodes the rest of ${range}`, hint: 'Put the denying rule back.' }];
    const weaker = allowed.filter((one) => Number(parameter(one, 'priority')) >= Number(parameter(rule, 'priority')));
    return weaker.map((one) => ({
      object: one,
      message: `${say(one)} never applies: ${say(rule)} comes first`,
      hint: 'Give the denial the larger number.',
    }));
  });
}

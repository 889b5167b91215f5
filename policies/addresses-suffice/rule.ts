import { sizeOf } from '../../environments/cidr.ts';
import type { Platform } from '../../environments/platform.ts';
import { ec2Machine } from '../machines.ts';
import type { Breach, Rule } from '../rule.ts';

/** AWS keeps five addresses of every subnet, Google four of a primary range. */
const AWS_RESERVED = 5;
const GCP_RESERVED = 4;
/** EKS control plane interfaces, RDS and its standby, load balancers: addresses in private subnets beside the nodes. */
const AWS_OTHER = 4 + 2 + 8;

export const addressesSuffice: Rule = {
  code: 'TD403',
  name: 'addresses-suffice',
  severity: 'error',
  law: 'Nodes and pods at their maximum find an address, and a node can hold the pods it promises.',
  check(platform) {
    return [...aws(platform), ...gcp(platform)];
  },
};

function aws({ aws: { network, kubernetes, cache } }: Platform): Breach[] {
  const { instanceType, max, maxPods } = kubernetes.nodes;
  const machine = ec2Machine(instanceType);
  if (!machine) return [];
  const room = (role: 'private' | 'pods'): number =>
    network.subnets.filter((subnet) => subnet.role === role).reduce((sum, subnet) => sum + sizeOf(subnet.cidr) - AWS_RESERVED, 0);
  const separate = network.subnets.some((subnet) => subnet.role === 'pods');
  const { interfaces } = machine;
  const podsPerNode = interfaces * (machine.addressesPerInterface - 1) + 2;
  const perNode = interfaces * machine.addressesPerInterface;
  const others = AWS_OTHER + cache.nodes;
  const breaches: Breach[] = [];
  if (maxPods > podsPerNode)
    breaches.push({
      paths: ['aws.kubernetes.nodes.maxPods', 'aws.kubernetes.nodes.instanceType'],
      message: `${maxPods} pods on a node, but ${interfaces} interfaces x (${machine.addressesPerInterface} - 1) addresses + 2 = ${podsPerNode}`,
      hint: `Set aws.kubernetes.nodes.maxPods to at most ${podsPerNode}, or use a larger instance.`,
    });
  const needs = separate
    ? [
        // The first interface of a node, with its pods, stands in the node's own subnet; the others where the pods' subnets are.
        {
          role: 'pods' as const,
          need: max * (perNode - machine.addressesPerInterface),
          how: `${max} nodes x ${perNode - machine.addressesPerInterface} pod addresses`,
        },
        {
          role: 'private' as const,
          need: max * machine.addressesPerInterface + others,
          how: `${max} nodes x ${machine.addressesPerInterface} addresses + ${others} for the control plane, stores and load balancers`,
        },
      ]
    : [{ role: 'private' as const, need: max * perNode + others, how: `${max} nodes x ${perNode} addresses + ${others}` }];
  for (const { role, need, how } of needs)
    if (need > room(role))
      breaches.push({
        paths: ['aws.network.subnets', 'aws.kubernetes.nodes.max'],
        message: `${how} = ${need} addresses, but the ${role} subnets have ${room(role)}`,
        hint: separate ? `Widen the ${role} subnets.` : 'Add subnets with role pods, for example two /20, or widen the private ones.',
      });
  return breaches;
}

function gcp({ gcp: { network, kubernetes } }: Platform): Breach[] {
  const { max, maxPods } = kubernetes.nodes;
  // GKE gives each node a block of at least twice its pods; one node more exists during an upgrade.
  const block = 2 ** Math.ceil(Math.log2(maxPods * 2));
  const nodes = max + 1;
  const breaches: Breach[] = [];
  if (nodes * block > sizeOf(network.pods))
    breaches.push({
      paths: ['gcp.network.pods', 'gcp.kubernetes.nodes.max'],
      message: `(${max} + 1) nodes x ${block} addresses for ${maxPods} pods = ${nodes * block}, but ${network.pods.text} has ${sizeOf(network.pods)}`,
      hint: 'Widen gcp.network.pods, or lower gcp.kubernetes.nodes.maxPods.',
    });
  if (nodes > sizeOf(network.nodes) - GCP_RESERVED)
    breaches.push({
      paths: ['gcp.network.nodes', 'gcp.kubernetes.nodes.max'],
      message: `${max} + 1 nodes, but ${network.nodes.text} has ${sizeOf(network.nodes) - GCP_RESERVED} usable addresses`,
      hint: 'Widen gcp.network.nodes.',
    });
  if (network.privateServices.prefix > 23)
    breaches.push({
      paths: ['gcp.network.privateServices'],
      message: `${network.privateServices.text} cannot hold a /24 each for Cloud SQL and Memorystore`,
      hint: 'Use at least a /23; a /20 leaves room.',
    });
  if (network.controlPlane.prefix !== 28)
    breaches.push({
      paths: ['gcp.network.controlPlane'],
      message: `${network.controlPlane.text} is not the /28 that GKE takes`,
      hint: 'Use a /28.',
    });
  return breaches;
}

import type { Platform } from '../../environments/platform.ts';
import type { Bytes, Cores } from '../../environments/units.ts';
import { allocatableCores, allocatableEksMemory, allocatableGkeMemory, ec2Machine, gceMachine } from '../machines.ts';
import type { Breach, Rule } from '../rule.ts';

export const eitherCloudCarriesThePeak: Rule = {
  code: 'TD402',
  name: 'either-cloud-carries-the-peak',
  severity: 'error',
  law: 'The nodes of each cloud at their maximum, and the pods of the application at theirs, carry the declared peak of both clouds.',
  check(platform) {
    return [...aws(platform), ...gcp(platform), ...pods(platform)];
  },
};

const GiB = 2 ** 30;
const round = (value: number): number => Math.round(value * 10) / 10;

function aws({ aws: { kubernetes }, peak }: Platform): Breach[] {
  const { instanceType, creditMode, max, maxPods } = kubernetes.nodes;
  const machine = ec2Machine(instanceType);
  if (!machine) return [unknown('aws.kubernetes.nodes.instanceType', instanceType)];
  const share = creditMode === 'standard' ? (machine.baseline ?? 1) : 1;
  const cores = allocatableCores(machine.cpu) * share;
  const note = share < 1 ? ` (${share * 100} % baseline of ${instanceType} once its credits are spent)` : '';
  return compare('aws.kubernetes.nodes.max', instanceType, max, cores, allocatableEksMemory(machine.memory, maxPods), peak, note);
}

function gcp({ gcp: { kubernetes }, peak }: Platform): Breach[] {
  const { machineType, max } = kubernetes.nodes;
  const machine = gceMachine(machineType);
  if (!machine) return [unknown('gcp.kubernetes.nodes.machineType', machineType)];
  return compare(
    'gcp.kubernetes.nodes.max',
    machineType,
    max,
    allocatableCores(machine.cpu),
    allocatableGkeMemory(machine.memory),
    peak,
    '',
  );
}

function compare(path: string, type: string, nodes: number, cores: Cores, memory: Bytes, peak: Platform['peak'], note: string): Breach[] {
  const enough = Math.max(Math.ceil(peak.cpu / cores), Math.ceil(peak.memory / memory));
  if (enough <= nodes) return [];
  const what =
    nodes * cores < peak.cpu
      ? `${nodes} x ${round(cores)} allocatable cores of ${type} = ${round(nodes * cores)}${note}, below the peak of ${peak.cpu} cores`
      : `${nodes} x ${round(memory / GiB)} GiB allocatable of ${type} = ${round((nodes * memory) / GiB)} GiB, below the peak of ${round(peak.memory / GiB)} GiB`;
  return [{ paths: [path, 'peak'], message: what, hint: `Raise ${path} to ${enough}, or use larger nodes.` }];
}

function pods({ application: { maxReplicas, resources }, peak }: Platform): Breach[] {
  const enough = Math.max(Math.ceil(peak.cpu / resources.cpu), Math.ceil(peak.memory / resources.memory));
  if (enough <= maxReplicas) return [];
  return [
    {
      paths: ['application.maxReplicas', 'peak'],
      message: `${maxReplicas} pods x ${resources.cpu} cores and ${round(resources.memory / GiB)} GiB = ${round(maxReplicas * resources.cpu)} cores and ${round((maxReplicas * resources.memory) / GiB)} GiB, below the peak of ${peak.cpu} cores and ${round(peak.memory / GiB)} GiB`,
      hint: `Raise application.maxReplicas to ${enough}, or the resources of one pod.`,
    },
  ];
}

function unknown(path: string, type: string): Breach {
  return {
    paths: [path],
    message: `${type} is not in the machine table, so nothing can be proved about it`,
    hint: 'Use another type, or add it with its source to policies/machines.ts.',
  };
}

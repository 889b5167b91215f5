import type { Bytes, Cores } from '../environments/units.ts';

const GiB = 2 ** 30;
const MiB = 2 ** 20;

export interface Machine {
  readonly cpu: Cores;
  readonly memory: Bytes;
}

export interface Ec2Machine extends Machine {
  /** Network interfaces, and addresses on each. */
  readonly interfaces: number;
  readonly addressesPerInterface: number;
  /** Share of the processor that burstable types sustain without credits. */
  readonly baseline?: number;
}

const ec2 = (cpu: number, memory: number, interfaces: number, addressesPerInterface: number, baseline?: number): Ec2Machine => ({
  cpu,
  memory: memory * GiB,
  interfaces,
  addressesPerInterface,
  ...(baseline === undefined ? {} : { baseline }),
});

/** Interfaces and addresses by size, the same for the general, compute and memory families below. Source: EC2 network specifications, 2026-06. */
const SIZES: Readonly<Record<string, { vcpu: number; interfaces: number; addresses: number }>> = {
  large: { vcpu: 2, interfaces: 3, addresses: 10 },
  xlarge: { vcpu: 4, interfaces: 4, addresses: 15 },
  '2xlarge': { vcpu: 8, interfaces: 4, addresses: 15 },
  '4xlarge': { vcpu: 16, interfaces: 8, addresses: 30 },
  '8xlarge': { vcpu: 32, interfaces: 8, addresses: 30 },
};
const GIB_PER_VCPU: Readonly<Record<string, number>> = { m: 4, c: 2, r: 8 };
const FAMILY = /^([mcr])([5678])(i|g|a|gd|id|ad|in|gn)?\.(\w+)$/;

/** Burstable types have their own numbers. Source: EC2 burstable baseline concepts, 2026-06. */
const BURSTABLE: Readonly<Record<string, Ec2Machine>> = {
  't3.medium': ec2(2, 4, 3, 6, 0.2),
  't3.large': ec2(2, 8, 3, 12, 0.3),
  't3.xlarge': ec2(4, 16, 4, 15, 0.4),
  't3.2xlarge': ec2(8, 32, 4, 15, 0.4),
};

/** An EC2 instance type of the table, or undefined. */
export function ec2Machine(type: string): Ec2Machine | undefined {
  const match = FAMILY.exec(type);
  if (!match) return BURSTABLE[type];
  const size = SIZES[match[4] ?? ''];
  const ratio = GIB_PER_VCPU[match[1] ?? ''];
  return size && ratio ? ec2(size.vcpu, size.vcpu * ratio, size.interfaces, size.addresses) : undefined;
}

/** GiB of memory for each vCPU. Source: Compute Engine machine families, 2026-06. */
const GCE_GIB_PER_VCPU: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  n1: { standard: 3.75, highmem: 6.5, highcpu: 0.9 },
  n2: { standard: 4, highmem: 8, highcpu: 1 },
  n2d: { standard: 4, highmem: 8, highcpu: 1 },
  e2: { standard: 4, highmem: 8, highcpu: 1 },
  n4: { standard: 4, highmem: 8, highcpu: 2 },
  c3: { standard: 4, highmem: 8, highcpu: 2 },
  c4: { standard: 3.75, highmem: 7.75, highcpu: 1.9375 },
};

/** A Compute Engine machine type of the table, or undefined. */
export function gceMachine(type: string): Machine | undefined {
  const [family = '', shape = '', count = ''] = type.split('-');
  const ratio = GCE_GIB_PER_VCPU[family]?.[shape];
  return ratio && /^\d+$/.test(count) ? { cpu: Number(count), memory: Number(count) * ratio * GiB } : undefined;
}

/** Processor time that the kubelet and the system keep: 6 % of the first core, 1 % of the second, 0.5 % of two more, 0.25 % of the rest. */
export function allocatableCores(cores: Cores): Cores {
  const reserved = 0.06 * Math.min(cores, 1) + 0.01 * clamp(cores - 1, 1) + 0.005 * clamp(cores - 2, 2) + 0.0025 * Math.max(cores - 4, 0);
  return cores - reserved;
}

/** EKS keeps 255 MiB + 11 MiB a pod, and evicts at 100 MiB. Source: amazon-eks-ami. */
export function allocatableEksMemory(memory: Bytes, maxPods: number): Bytes {
  return memory - (255 + 11 * maxPods + 100) * MiB;
}

/** GKE keeps 25 % of the first 4 GiB, 20 % of 4 more, 10 % of 8 more, 6 % of 112 more, 2 % beyond, and evicts at 100 MiB. Source: GKE plan cluster sizes. */
export function allocatableGkeMemory(memory: Bytes): Bytes {
  const gib = memory / GiB;
  const reserved =
    0.25 * Math.min(gib, 4) +
    0.2 * clamp(gib - 4, 4) +
    0.1 * clamp(gib - 8, 8) +
    0.06 * clamp(gib - 16, 112) +
    0.02 * Math.max(gib - 128, 0);
  return (gib - reserved) * GiB - 100 * MiB;
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}

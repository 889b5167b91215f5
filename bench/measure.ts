import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Measured {
  /** Wall time in milliseconds. */
  readonly wall: number;
  /** Processor time of all threads in milliseconds. */
  readonly cpu: number;
  /** Peak resident memory in bytes. */
  readonly memory: number;
}

const folder = mkdtempSync(join(tmpdir(), 'tandem-bench-'));
const report = join(folder, 'report.json');
const preload = join(folder, 'preload.cjs');
writeFileSync(
  preload,
  `if (require('node:worker_threads').isMainThread) process.on('exit', () => {
     const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
     require('node:fs').writeFileSync(${JSON.stringify(report)}, JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1000, memory: maxRSS * 1024 }));
   });`,
);

/** Runs Node.js once in a process of its own and measures it from start to end. */
export function runNode(args: readonly string[]): Measured {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--require', preload, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const wall = performance.now() - started;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return { wall, ...(JSON.parse(readFileSync(report, 'utf8')) as { cpu: number; memory: number }) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Median time in milliseconds of calls in this process, after some to warm up. */
export function timeCalls(rounds: number, call: () => void): number {
  for (let round = 0; round < 5; round++) call();
  return median(
    Array.from({ length: rounds }, () => {
      const started = performance.now();
      call();
      return performance.now() - started;
    }),
  );
}

export function row(what: string, value: string, aim: string): void {
  console.log(`${what.padEnd(66)} ${value.padStart(22)}   ${aim}`);
}

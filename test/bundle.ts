import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './project.ts';

let built = false;

/** The command as people run it: the bundle, made from the sources as they are now. */
export function bundle(): string {
  if (!built) execFileSync(process.execPath, [join(ROOT, 'scripts/bundle.mjs')], { stdio: 'pipe' });
  built = true;
  return join(ROOT, 'dist/tandem.cjs');
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command in a process of its own; with `killAfter` it is killed (-9) after so many milliseconds. */
export function runBundle(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; killAfter?: number } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bundle(), ...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    const timer = options.killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), options.killAfter);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, out, err });
    });
  });
}

/** Runs a program to its end; for real tools, whose words matter when they refuse. */
export function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('error', reject);
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.on('close', (code, signal) => resolve({ code, signal, out, err }));
  });
}

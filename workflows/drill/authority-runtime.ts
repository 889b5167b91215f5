import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Seconds } from '../../environments/units.ts';
import { StepError } from '../step-error.ts';

/** The writer's authority in the runtime that Cloudflare runs it in. */
export interface AuthorityRuntime {
  readonly port: number;
  stop(): Promise<void>;
}

export interface Tokens {
  readonly confirm: string;
  readonly claim: string;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The Worker as it is deployed; it lies beside the command. */
export function authorityScript(command: string): string {
  return readFileSync(join(dirname(command), 'authority.js'), 'utf8');
}

/** @throws StepError `configuration` where the runtime is missing. */
export async function startAuthorityRuntime(script: string, lease: Seconds, tokens: Tokens): Promise<AuthorityRuntime> {
  const { Miniflare, Log, LogLevel } = await import('miniflare').catch(() => {
    throw new StepError('configuration', 'Cloudflare’s runtime is missing', 'Install it: npm install miniflare@4.20260420.0.');
  });
  const before = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]));
  const runtime = new Miniflare({
    modules: true,
    script,
    durableObjects: { AUTHORITY: 'WriterAuthority' },
    bindings: { CONFIRM_TOKEN: tokens.confirm, CLAIM_TOKEN: tokens.claim, LEASE_SECONDS: String(lease) },
    host: '127.0.0.1',
    log: new Log(LogLevel.NONE),
  });
  // It would end this process at the first signal, before a drill has cleaned up.
  for (const [signal, known] of before)
    for (const listener of process.listeners(signal)) if (!known.includes(listener)) process.off(signal, listener);
  const { port } = await runtime.ready;
  return { port: Number(port), stop: () => runtime.dispose() };
}

import { join } from 'node:path';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { type Authority, authorityAt } from '../../workflows/authority/client.ts';
import { ROOT } from '../project.ts';

/** The Worker in the runtime that Cloudflare runs it in. */
export async function startAuthority(
  lease: number,
  folder?: string,
): Promise<{ runbook: Authority; guard: Authority; url: string; stop(): Promise<void> }> {
  const bundled = await build({ entryPoints: [join(ROOT, 'workflows/authority/worker.ts')], bundle: true, format: 'esm', write: false });
  const runtime = new Miniflare({
    modules: true,
    script: bundled.outputFiles[0]?.text ?? '',
    durableObjects: { AUTHORITY: 'WriterAuthority' },
    bindings: { CONFIRM_TOKEN: 'confirms', CLAIM_TOKEN: 'claims', LEASE_SECONDS: String(lease) },
    host: '127.0.0.1',
    ...(folder ? { durableObjectsPersist: folder } : {}),
  });
  const url = (await runtime.ready).href;
  return { runbook: authorityAt(url, 'claims', 5), guard: authorityAt(url, 'confirms', 5), url, stop: () => runtime.dispose() };
}

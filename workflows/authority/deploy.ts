import type { Seconds } from '../../environments/units.ts';
import { StepError } from '../step-error.ts';

export interface Deployment {
  /** `https://api.cloudflare.com/client/v4`, but for tests. */
  readonly api: string;
  readonly apiToken: string;
  readonly account: string;
  readonly zoneId: string;
  /** Where the authority will answer. */
  readonly hostname: string;
  /** The Worker's name in the account. */
  readonly name: string;
  /** The Worker, one ES module. */
  readonly script: string;
  readonly confirmToken: string;
  readonly claimToken: string;
  readonly lease: Seconds;
  readonly timeout: Seconds;
}

/** Runtime semantics that the Worker was tested with. Source: Cloudflare Workers, compatibility dates. */
const COMPATIBILITY_DATE = '2026-04-01';
const OBJECT = 'WriterAuthority';

/**
 * Puts the authority at Cloudflare, or a new version of it; its Durable Object, and the record in it, stay. Safe to run again.
 * Source: Cloudflare API v4: Workers script upload (multipart, `main_module`, `migrations`), and Workers custom domains.
 * @throws StepError `unreachable` with what Cloudflare said; no secret is in it.
 */
export async function deployAuthority(deployment: Deployment): Promise<{ readonly created: boolean }> {
  const { account, name, hostname, zoneId } = deployment;
  const scripts = `/accounts/${account}/workers/scripts`;
  const existing = await ask<{ id: string; migration_tag?: string }[]>(deployment, 'GET', scripts);
  const found = existing.find(({ id }) => id === name);
  const metadata = {
    main_module: 'authority.js',
    compatibility_date: COMPATIBILITY_DATE,
    bindings: [
      { type: 'durable_object_namespace', name: 'AUTHORITY', class_name: OBJECT },
      { type: 'secret_text', name: 'CONFIRM_TOKEN', text: deployment.confirmToken },
      { type: 'secret_text', name: 'CLAIM_TOKEN', text: deployment.claimToken },
      { type: 'plain_text', name: 'LEASE_SECONDS', text: String(deployment.lease) },
    ],
    // The class is made once; a second time Cloudflare would refuse.
    ...(found?.migration_tag ? {} : { migrations: { new_tag: 'v1', new_sqlite_classes: [OBJECT] } }),
  };
  const form = new FormData();
  form.set('metadata', new Blob([JSON.stringify(metadata)], { type: 'application/json' }));
  form.set('authority.js', new Blob([deployment.script], { type: 'application/javascript+module' }), 'authority.js');
  await ask(deployment, 'PUT', `${scripts}/${name}`, form);
  await ask(deployment, 'PUT', `/accounts/${account}/workers/domains`, {
    environment: 'production',
    hostname,
    service: name,
    zone_id: zoneId,
  });
  return { created: found === undefined };
}

async function ask<T>({ api, apiToken, timeout }: Deployment, method: string, path: string, body?: FormData | object): Promise<T> {
  const form = body instanceof FormData;
  const response = await fetch(`${api}${path}`, {
    method,
    headers: { authorization: `Bearer ${apiToken}`, ...(body && !form ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: form ? body : JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(timeout * 1000),
  }).catch((error: Error) => {
    throw new StepError(
      'unreachable',
      `Cloudflare's API did not answer ${method} ${path}: ${error.name === 'TimeoutError' ? `nothing within ${timeout} s` : 'no connection'}`,
      'Run it again: it goes on where it stopped.',
    );
  });
  const said = (await response.json().catch(() => null)) as { success?: boolean; result?: T; errors?: { message: string }[] } | null;
  if (response.ok && said?.success) return said.result as T;
  throw new StepError(
    'unreachable',
    `Cloudflare's API refused ${method} ${path}: ${said?.errors?.map(({ message }) => message).join('; ') || `status ${response.status}`}`,
    'The token needs Workers Scripts: Edit on the account, and Workers Routes: Edit on the zone.',
  );
}

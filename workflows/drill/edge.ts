import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CLOUDS, type Cloud } from '../../environments/platform.ts';
import type { Seconds } from '../../environments/units.ts';
import { type LoadBalancer, loadBalancerAt } from '../traffic/load-balancer.ts';

/** Stands in for Cloudflare's load balancer: it checks both clouds, sends clients to one that is well, and has its API. */
export interface Edge {
  readonly balancer: LoadBalancer;
  /** Where a client is sent now. */
  route(client: number): Cloud;
  /** Whether a cloud counts as up. */
  healthy(cloud: Cloud): boolean;
  close(): Promise<void>;
}

export interface EdgeOptions {
  /** Where each cloud answers `/healthz`. */
  readonly origins: Readonly<Record<Cloud, string>>;
  readonly interval: Seconds;
  readonly timeout: Seconds;
  readonly consecutiveDown: number;
  readonly consecutiveUp: number;
}

export async function startEdge({ origins, interval, timeout, consecutiveDown, consecutiveUp }: EdgeOptions): Promise<Edge> {
  const health = { aws: true, gcp: true };
  const enabled = { aws: true, gcp: true };
  let fallback: Cloud = 'aws';
  let closed = false;
  const checks = CLOUDS.map(async (cloud) => {
    let run = 0;
    while (!closed) {
      const well = await fetch(`${origins[cloud]}/healthz`, { signal: AbortSignal.timeout(timeout * 1000) }).then(
        (response) => response.ok,
        () => false,
      );
      run = well === health[cloud] ? 0 : run + 1;
      if (run >= (well ? consecutiveUp : consecutiveDown)) {
        health[cloud] = well;
        run = 0;
      }
      await new Promise((resolve) => setTimeout(resolve, interval * 1000));
    }
  });
  const pools = (): object[] =>
    CLOUDS.map((cloud) => ({ id: `id-${cloud}`, name: cloud, enabled: enabled[cloud], healthy: health[cloud] }));
  const cloudOf = (id: unknown): Cloud | undefined => CLOUDS.find((cloud) => `id-${cloud}` === id);
  const answer = async (request: IncomingMessage): Promise<unknown> => {
    const path = (request.url ?? '').split('/').slice(1);
    const body = request.method === 'PATCH' ? await bodyOf(request) : {};
    if (path[0] === 'accounts' && request.method === 'GET') return pools();
    const pool = cloudOf(path[4]);
    if (path[0] === 'accounts' && pool && typeof body.enabled === 'boolean') {
      enabled[pool] = body.enabled;
      return pools()[CLOUDS.indexOf(pool)];
    }
    const balancer = { id: 'id-balancer', name: 'crm', fallback_pool: `id-${fallback}` };
    if (path[0] === 'zones' && request.method === 'GET') return [balancer];
    const wanted = cloudOf(body.fallback_pool);
    if (path[0] !== 'zones' || !wanted) return undefined;
    fallback = wanted;
    return { ...balancer, fallback_pool: `id-${fallback}` };
  };
  const server = createServer((request, response) => {
    void answer(request).then((result) => {
      response.writeHead(result === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(result === undefined ? { success: false, errors: [{ message: 'not found' }] } : { success: true, result }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    balancer: loadBalancerAt({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      token: 'drill',
      account: 'account',
      zoneId: 'zone',
      hostname: 'crm',
      poolNames: { aws: 'aws', gcp: 'gcp' },
      timeout: 2,
    }),
    route: (client) => {
      const open = CLOUDS.filter((cloud) => health[cloud] && enabled[cloud]);
      return open[client % Math.max(1, open.length)] ?? fallback;
    },
    healthy: (cloud) => health[cloud],
    close: async () => {
      closed = true;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all(checks);
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text) as Record<string, unknown>;
}

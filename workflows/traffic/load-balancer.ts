import { CLOUDS, type Cloud } from '../../environments/platform.ts';
import type { Seconds } from '../../environments/units.ts';
import { StepError } from '../step-error.ts';

/** Cloudflare's load balancer of the platform, as runbooks move traffic by it. */
export interface LoadBalancer {
  /** What each pool is set to, and what Cloudflare's checks say of it. */
  pools(): Promise<Readonly<Record<Cloud, { readonly enabled: boolean; readonly healthy: boolean }>>>;
  /** Whether users are sent to a cloud at all. */
  setEnabled(cloud: Cloud, enabled: boolean): Promise<void>;
  /** Where users are sent when every pool is down: to the writer. */
  setFallback(cloud: Cloud): Promise<void>;
}

export interface LoadBalancerOptions {
  /** `https://api.cloudflare.com/client/v4`, but for drills. */
  readonly url: string;
  readonly token: string;
  readonly account: string;
  readonly zoneId: string;
  /** Name of the load balancer, which is the hostname of the platform. */
  readonly hostname: string;
  /** Names of the pools. */
  readonly poolNames: Readonly<Record<Cloud, string>>;
  readonly timeout: Seconds;
}

interface Pool {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly healthy?: boolean;
}

/** Source: Cloudflare API v4, Account Load Balancer Pools and Load Balancers. */
export function loadBalancerAt(options: LoadBalancerOptions): LoadBalancer {
  const { account, zoneId, hostname, poolNames } = options;
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await fetch(`${options.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${options.token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(options.timeout * 1000),
    }).catch((error: Error) => {
      throw new StepError(
        'unreachable',
        `Cloudflare's API did not answer ${method} ${path}: ${error.name === 'TimeoutError' ? `nothing within ${options.timeout} s` : 'no connection'}`,
        'Try again; traffic is where it was.',
      );
    });
    const said = (await response.json().catch(() => null)) as { success?: boolean; result?: T; errors?: { message: string }[] } | null;
    if (response.ok && said?.success && said.result !== undefined) return said.result;
    throw new StepError(
      'unreachable',
      `Cloudflare's API refused ${method} ${path}: ${said?.errors?.map(({ message }) => message).join('; ') || `status ${response.status}`}`,
      'See that the token may edit load balancers of this account and zone.',
    );
  };
  const poolsPath = `/accounts/${account}/load_balancers/pools`;
  const found = async (): Promise<Record<Cloud, Pool>> => {
    const pools = await ask<Pool[]>('GET', poolsPath);
    const of = (cloud: Cloud): Pool => {
      const pool = pools.find(({ name }) => name === poolNames[cloud]);
      if (pool) return pool;
      throw new StepError('configuration', `Cloudflare has no pool ${poolNames[cloud]}`, 'See whether the edge has been set up.');
    };
    return { aws: of('aws'), gcp: of('gcp') };
  };
  return {
    pools: async () => {
      const pools = await found();
      const of = ({ enabled, healthy }: Pool) => ({ enabled, healthy: healthy !== false });
      return { aws: of(pools.aws), gcp: of(pools.gcp) };
    },
    setEnabled: async (cloud, enabled) => {
      const pool = (await found())[cloud];
      if (pool.enabled !== enabled) await ask('PATCH', `${poolsPath}/${pool.id}`, { enabled });
    },
    setFallback: async (cloud) => {
      const pools = await found();
      const balancers = await ask<{ id: string; name: string; fallback_pool: string }[]>('GET', `/zones/${zoneId}/load_balancers`);
      const balancer = balancers.find(({ name }) => name === hostname);
      if (!balancer)
        throw new StepError('configuration', `Cloudflare has no load balancer ${hostname}`, 'See whether the edge has been set up.');
      if (balancer.fallback_pool !== pools[cloud].id)
        await ask('PATCH', `/zones/${zoneId}/load_balancers/${balancer.id}`, { fallback_pool: pools[cloud].id });
    },
  };
}

/** Takes users away from a lost cloud, or gives it back to them. */
export async function routeTo(balancer: LoadBalancer, writer: Cloud, withdrawn: Cloud | null): Promise<void> {
  await balancer.setFallback(writer);
  for (const cloud of CLOUDS) await balancer.setEnabled(cloud, cloud !== withdrawn);
}

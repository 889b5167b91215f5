import type { Cloud } from '../../environments/platform.ts';
import type { Seconds } from '../../environments/units.ts';
import type { GuardState } from './guard.ts';

/** A guard did not do what a runbook asked, or did not answer. */
export class GuardError extends Error {
  constructor(
    readonly guard: string,
    message: string,
  ) {
    super(`the guard at ${guard} ${message}`);
    this.name = 'GuardError';
  }
}

/** A guard as a runbook sees it. */
export interface RemoteGuard {
  readonly url: string;
  readonly cloud: Cloud;
  state(): Promise<GuardState>;
  pause(hold: Seconds, patience: Seconds): Promise<GuardState>;
  resume(): Promise<GuardState>;
}

/** @throws GuardError within `timeout` seconds, beside the patience that a pause is given. */
export function guardAt(cloud: Cloud, url: string, token: string, timeout: Seconds): RemoteGuard {
  const ask = async (method: 'GET' | 'POST', path: string, limit: Seconds, body?: object): Promise<GuardState> => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(limit * 1000),
    }).catch((error: Error) => {
      throw new GuardError(url, error.name === 'TimeoutError' ? `did not answer within ${limit} s` : 'cannot be reached');
    });
    const said = (await response.json().catch(() => null)) as (GuardState & { error?: string }) | null;
    if (!response.ok || said === null) throw new GuardError(url, `refused: ${said?.error ?? `status ${response.status}`}`);
    return said;
  };
  return {
    url,
    cloud,
    state: () => ask('GET', '/state', timeout),
    pause: (hold, patience) => ask('POST', '/pause', timeout + patience + 3, { hold, patience }),
    resume: () => ask('POST', '/resume', timeout + 5),
  };
}

/** What became of telling every guard something: a dead cloud's guards do not answer, and that must stop nobody. */
export interface Told {
  readonly states: readonly GuardState[];
  readonly silent: readonly string[];
}

export async function tellAll(guards: readonly RemoteGuard[], tell: (guard: RemoteGuard) => Promise<GuardState>): Promise<Told> {
  const done = await Promise.allSettled(guards.map(tell));
  return {
    states: done.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    silent: done.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).message] : [])),
  };
}

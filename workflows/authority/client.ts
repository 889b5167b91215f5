import type { Cloud } from '../../environments/platform.ts';
import type { Seconds } from '../../environments/units.ts';
import type { Claim, Claimed, Confirmed, Entry, Refusal, WriterRecord } from './protocol.ts';

/** The authority did not answer in time, or not as it does. What was asked may or may not have happened. */
export class AuthorityUnreachable extends Error {
  constructor(readonly reason: string) {
    super(`the writer's authority did not answer: ${reason}`);
    this.name = 'AuthorityUnreachable';
  }
}

/** The authority answered, and refused. */
export class AuthorityRefusal extends Error {
  constructor(readonly refusal: Refusal) {
    super(`the writer's authority refused: ${refusal.message}`);
    this.name = 'AuthorityRefusal';
  }
}

export interface Authority {
  /** Null when nobody has been made the writer yet. */
  record(): Promise<WriterRecord | null>;
  /** @throws AuthorityRefusal `stale` when somebody else writes; its `record` says who. */
  confirm(record: WriterRecord): Promise<Confirmed>;
  promise(cloud: Cloud, seconds: Seconds): Promise<void>;
  /** @throws AuthorityRefusal `conflict` when the epoch is not the next one. */
  claim(claim: Claim): Promise<Claimed>;
  history(): Promise<readonly Entry[]>;
}

/** Talks to the authority at a URL. Every request ends within `timeout`; none is repeated here. */
export function authorityAt(url: string, token: string, timeout: Seconds): Authority {
  const ask = async <T>(path: string, body?: object): Promise<T> => {
    const response = await fetch(new URL(path, url), {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(timeout * 1000),
      redirect: 'error',
    }).catch((error: Error) => {
      throw new AuthorityUnreachable(error.name === 'TimeoutError' ? `nothing within ${timeout} s` : 'no connection');
    });
    const said = (await response.json().catch(() => null)) as T | Refusal | null;
    if (said === null || typeof said !== 'object') throw new AuthorityUnreachable(`status ${response.status} without JSON`);
    if (response.ok) return said as T;
    if ('error' in said) throw new AuthorityRefusal(said as Refusal);
    throw new AuthorityUnreachable(`status ${response.status}`);
  };
  return {
    record: async () => {
      try {
        return await ask<WriterRecord>('/v1/record');
      } catch (error) {
        if (error instanceof AuthorityRefusal && error.refusal.error === 'no-record') return null;
        throw error;
      }
    },
    confirm: (record) => ask<Confirmed>('/v1/confirm', record),
    promise: async (cloud, seconds) => void (await ask('/v1/promise', { cloud, seconds })),
    claim: (claim) => ask<Claimed>('/v1/claim', claim),
    history: () => ask<readonly Entry[]>('/v1/history'),
  };
}

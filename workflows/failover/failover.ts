import type { Cloud } from '../../environments/platform.ts';
import type { Seconds } from '../../environments/units.ts';
import type { Authority } from '../authority/client.ts';
import type { Claim } from '../authority/protocol.ts';
import { fence } from '../fencing/fence.ts';
import { type RemoteGuard, tellAll } from '../guard/client.ts';
import type { GuardState } from '../guard/guard.ts';
import { type Access, DatabaseError } from '../postgres/session.ts';
import { type Promote, type Promoted, promote } from '../promotion/promote.ts';
import type { Direction } from '../replication/direction.ts';
import { StepError } from '../step-error.ts';

export interface Failover {
  readonly to: Cloud;
  /** Administrators: of the database that takes over, and of the lost one as it is reached from there, if at all. */
  readonly next: Access;
  readonly old: Access;
  readonly from: Direction;
  readonly direction: Direction;
  readonly sequenceGap: number;
  readonly authority: Pick<Authority, 'claim'>;
  readonly claim: Claim;
  /** All of both clouds; those of the lost one need not answer. */
  readonly guards: readonly RemoteGuard[];
  /** How long the lost database is asked to close itself. */
  readonly fencePatience: Seconds;
  /** How long the pools may take to serve the new writer. */
  readonly servePatience: Seconds;
  /** Called with what is done, and what is waited for. */
  progress?(what: string): void;
}

export interface FailedOver {
  /** How the old writer was kept from writing: it said so, or its lease was waited out. */
  readonly fenced: 'confirmed' | 'lease';
  readonly promoted: Promoted;
  /** Seconds, by phase, in order. */
  readonly phases: Readonly<Record<'claim' | 'fence' | 'promote' | 'serve', Seconds>>;
  /** Guards that did not answer; those of the lost cloud, as a rule. */
  readonly silent: readonly string[];
}

/** What a failover does, so that a test can leave one of them out and see what it was good for. */
export interface Measures {
  fence: typeof fence;
  wait(seconds: Seconds): Promise<void>;
  promote(input: Promote): Promise<Promoted>;
}

export const MEASURES: Measures = {
  fence,
  wait: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
  promote,
};

/**
 * Makes the other cloud's database the writer, with the old one lost, hung or cut off. In this order: the epoch is claimed, so that
 * nobody else takes over and no guard's lease is renewed; the old writer is known to have stopped; then it is promoted.
 * Safe to run again with the same claim, wherever it was interrupted.
 * @throws StepError; DatabaseError; AuthorityRefusal `conflict` when somebody else has the epoch; AuthorityUnreachable.
 */
export async function failover(input: Failover, measures: Measures = MEASURES): Promise<FailedOver> {
  const { to, next, from, direction, sequenceGap, authority, claim, progress } = input;
  const began = performance.now();
  let last = began;
  const phase = (): Seconds => {
    const seconds = (performance.now() - last) / 1000;
    last = performance.now();
    return seconds;
  };
  const { epoch, wait } = await authority.claim(claim);
  const claimed = phase();
  progress?.(`epoch ${epoch} is claimed for ${to}`);
  const fenced = await stopped(input, wait, measures);
  const fencing = phase();
  progress?.(fenced === 'confirmed' ? `${from.publisher} has closed itself` : `the lease of ${from.publisher} has ended`);
  const promoted = await measures.promote({ database: next, from, to: direction, epoch, sequenceGap, ...(progress ? { progress } : {}) });
  const promoting = phase();
  progress?.(`${to} is promoted`);
  const { silent } = await serve(input);
  return { fenced, promoted, phases: { claim: claimed, fence: fencing, promote: promoting, serve: phase() }, silent };
}

/** Whichever comes first: the old side says that it is closed, or its lease has ended by itself. */
async function stopped({ old, from, fencePatience, progress }: Failover, wait: Seconds, measures: Measures): Promise<FailedOver['fenced']> {
  if (wait > 0) progress?.(`the lease of ${from.publisher} runs for another ${wait.toFixed(1)} s; it is asked to close itself meanwhile`);
  const limits = { connect: fencePatience, lock: fencePatience, statement: fencePatience };
  const closed = measures.fence({ database: old, direction: from, scope: 'everything', limits }).then(
    () => 'confirmed' as const,
    (error) => {
      if (error instanceof DatabaseError || error instanceof StepError) return null;
      throw error;
    },
  );
  const waited = measures.wait(wait).then(() => 'lease' as const);
  return (await Promise.race([closed, waited])) ?? (await waited);
}

/** The guards of the new writer open it, and both pools lead there; the old cloud's are told, and need not hear. */
async function serve({ guards, to, servePatience, progress }: Failover): Promise<{ silent: readonly string[] }> {
  const end = performance.now() + servePatience * 1000;
  const near = guards.filter(({ cloud }) => cloud === to);
  const far = guards.filter(({ cloud }) => cloud !== to);
  const telling = tellAll(far, (guard) => guard.resume());
  for (;;) {
    const { states, silent } = await tellAll(near, (guard) => guard.resume());
    if (states.some(({ serving, writer }) => serving === 'served' && writer === to)) break;
    if (performance.now() > end)
      throw new StepError(
        'unguarded',
        `no guard of ${to} serves after ${servePatience} s: ${[...silent, ...states.map(said)].join('; ') || 'there is none'}`,
        'The database is promoted, and nobody else may write. See the guards’ logs, mend them, and run this again.',
      );
    progress?.('waiting for a guard to serve the new writer');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  // One more look by those who asked before the database was open; nobody waits for a lost cloud.
  const grace = new Promise<null>((resolve) => setTimeout(() => resolve(null), 500));
  const told = await Promise.race([telling, grace]);
  return { silent: told?.silent ?? far.map(({ url }) => `the guard at ${url} has not answered`) };
}

function said({ cloud, writer, epoch, serving, opening }: GuardState): string {
  return `${cloud}: ${serving}, writer ${writer ?? 'unknown'} of epoch ${epoch}${opening ? `, its database: ${opening}` : ''}`;
}

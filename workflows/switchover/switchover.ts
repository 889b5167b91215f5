import type { Seconds } from '../../environments/units.ts';
import { type Authority, AuthorityRefusal } from '../authority/client.ts';
import type { Claim } from '../authority/protocol.ts';
import { fence, unfence } from '../fencing/fence.ts';
import { type Access, identifier, openSession, type Session } from '../postgres/session.ts';
import { type Promoted, promote } from '../promotion/promote.ts';
import type { Direction } from '../replication/direction.ts';
import { type Endpoint, type Ensure, ensureReplication } from '../replication/ensure.ts';
import { StepError } from '../step-error.ts';

/** The connection pools of both clouds, which hold clients while the writer moves. */
export interface Pools {
  /** Holds new transactions and waits for open ones; what comes waits and sees no error. */
  pause(): Promise<void>;
  /** Points every pool at a writer, and lets clients on. */
  resume(writer: Direction['publisher']): Promise<void>;
}

export interface Switchover {
  /** Administrators: of the database that writes now, and of the one that will. */
  readonly old: Access;
  readonly next: Access;
  readonly from: Direction;
  readonly to: Direction;
  /** How the old writer will reach the new one, to follow it. */
  readonly endpoint: Endpoint;
  readonly replicationPassword: string;
  readonly guard: Ensure['guard'];
  readonly lease: Seconds;
  readonly sequenceGap: number;
  readonly pools: Pools;
  /** The epoch is claimed when the old side can write no more and the new side has everything. */
  readonly authority: Pick<Authority, 'claim' | 'record'>;
  readonly claim: Claim;
  /** How long clients may wait until the other side has everything, before the switchover is given up. */
  readonly patience: Seconds;
  /** Called with what is waited for. */
  progress?(what: string): void;
}

export interface Switched {
  /** Seconds for which clients waited. */
  readonly pause: Seconds;
  /** The end of the old writer's log, all of which has arrived; null where an earlier run saw to it. */
  readonly lsn: string | null;
  readonly promoted: Promoted;
}

/**
 * Moves the writer to the other cloud as planned: nothing is lost, and clients see a pause. Until the epoch is claimed
 * it can be given up, and everything is as it was.
 * @throws StepError `unreplicated` when the other side did not catch up in time: the old side writes again;
 *   `unknown-writer` when nobody can say who writes: then neither side does.
 */
export async function switchover(input: Switchover, measures: { fence: typeof fence } = { fence }): Promise<Switched> {
  const { next, from, to, pools, claim, progress } = input;
  // A run that was interrupted after its claim had everything moved by then.
  const claimed = await hasClaimed(input);
  const began = performance.now();
  const lsn = claimed ? null : await prepare(input, measures);
  await input.authority.claim(claim).catch((error) => giveUp(input, error, error instanceof AuthorityRefusal));
  const promoted = await promote({
    database: next,
    from,
    to,
    epoch: claim.epoch,
    sequenceGap: input.sequenceGap,
    ...(progress ? { progress } : {}),
  });
  await pools.resume(to.publisher);
  const pause = (performance.now() - began) / 1000;
  await follow(input);
  return { pause, lsn, promoted };
}

async function hasClaimed({ authority, claim }: Switchover): Promise<boolean> {
  const record = await authority.record();
  if (record?.writer !== claim.writer || record.epoch !== claim.epoch) return false;
  // Somebody else may have claimed the same; the answer to the same claim is the same.
  return await authority.claim(claim).then(
    () => true,
    () => false,
  );
}

/** Takes the writes away and waits until everything has arrived; the end of the log. */
async function prepare(input: Switchover, measures: { fence: typeof fence }): Promise<string> {
  try {
    await input.pools.pause();
    const { lsn } = await measures.fence({ database: input.old, direction: input.from, scope: 'writes' });
    await caughtUp(input, lsn);
    return lsn;
  } catch (error) {
    return await giveUp(input, error, true);
  }
}

/**
 * Lets the old side write again, if the authority says that it is still the writer. A claim that had no answer may yet
 * be done: after it nobody may assume anything, and the old side stays fenced.
 */
async function giveUp({ old, from, pools, authority, claim }: Switchover, error: unknown, nothingClaimed: boolean): Promise<never> {
  const record = nothingClaimed ? await authority.record().catch(() => null) : null;
  if (record?.writer === from.publisher && record.epoch === claim.epoch - 1) {
    await unfence({ database: old, direction: from });
    await pools.resume(from.publisher);
    throw error;
  }
  // Reads go on; writes are refused by the database.
  await pools.resume(from.publisher);
  const who = record ? `${record.writer} writes in epoch ${record.epoch}` : 'the authority has not said who writes';
  throw new StepError(
    'unknown-writer',
    `${(error as Error).message}; ${who}, so the old writer stays fenced`,
    'Run the same switchover again, with the same claim: it goes on, or says who else has claimed the epoch.',
  );
}

/** Waits until the subscriber has confirmed everything that the old writer wrote. */
async function caughtUp({ old, from, patience, progress }: Switchover, lsn: string): Promise<void> {
  const session = await openSession(old, 'switchover');
  try {
    const end = performance.now() + patience * 1000;
    for (;;) {
      const left = await distance(session, from.slot, lsn);
      if (left <= 0) return;
      progress?.(`${left} bytes of write-ahead log have yet to arrive`);
      if (performance.now() > end)
        throw new StepError(
          'unreplicated',
          `${left} bytes of write-ahead log had not arrived within ${patience} s; the old writer writes again`,
          'See the replication status; try again when the lag is small.',
        );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await session.close();
  }
}

async function distance(session: Session, slot: string, lsn: string): Promise<number> {
  const [row] = await session.query<{ bytes: string }>(
    'SELECT pg_wal_lsn_diff($2::pg_lsn, confirmed_flush_lsn)::bigint AS bytes FROM pg_replication_slots WHERE slot_name = $1',
    [slot, lsn],
  );
  if (!row)
    throw new StepError(
      'unreplicated',
      `the slot ${slot} does not exist, so that nothing says what has arrived`,
      'Set replication up first.',
    );
  return Number(row.bytes);
}

/** The old writer follows the new one, from the slot that the promotion prepared; it has everything before that. */
async function follow({ old, next, from, to, endpoint, replicationPassword, guard, lease }: Switchover): Promise<void> {
  const session = await openSession(old, 'switchover');
  try {
    await session.query(`DROP PUBLICATION IF EXISTS ${identifier(from.publication)}`);
    // Everything in it has been confirmed.
    await session.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active', [
      from.slot,
    ]);
  } finally {
    await session.close();
  }
  await ensureReplication({
    publisher: next,
    subscriber: old,
    endpoint,
    direction: to,
    replicationPassword,
    guard,
    lease,
    copyData: false,
  });
}

import { exclusively } from '../postgres/exclusively.ts';
import { type Access, identifier, openSession, type Session } from '../postgres/session.ts';
import { tablesOf } from '../replication/catalogue.ts';
import type { Ensure } from '../replication/ensure.ts';
import { ensureReplication } from '../replication/ensure.ts';
import { SAME_TEXT } from '../salvage/salvage.ts';
import { compareTables, type TableChecksum } from './checksums.ts';
import { copied, guarded, LIMITS, untilCaughtUp } from './resync.ts';

export interface Reseed extends Omit<Ensure, 'copyData'> {
  readonly publisher: Access;
  readonly subscriber: Access;
  /** Seconds that the copy may stand still. */
  readonly patience: number;
  progress?(what: string): void;
}

/**
 * Copies everything to a subscriber anew, because its slot was given up while it was away: nothing can resume from that.
 * The writer is not touched, but for the slot. Safe to run again.
 * @throws StepError `unguarded`, `unreplicated`, `diverged`; DatabaseError.
 */
export async function reseed(input: Reseed): Promise<readonly TableChecksum[]> {
  const { direction } = input;
  const publisher = await openSession(input.publisher, 'reseed', LIMITS);
  try {
    const subscriber = await openSession(input.subscriber, 'reseed', LIMITS);
    try {
      for (const session of [publisher, subscriber]) for (const setting of SAME_TEXT) await session.query(setting);
      await exclusively(subscriber, () => empty(publisher, subscriber, input));
      await ensureReplication({ ...input, copyData: true });
      await copied(subscriber, direction, input);
      const caughtUp = (): Promise<void> => untilCaughtUp(publisher, direction, input);
      await caughtUp();
      return await compareTables(publisher, subscriber, direction.schemas, caughtUp, input.progress);
    } finally {
      await subscriber.close();
    }
  } finally {
    await publisher.close();
  }
}

async function empty(publisher: Session, subscriber: Session, { direction, progress }: Reseed): Promise<void> {
  const [slot] = await publisher.query<{ lost: boolean }>(
    `SELECT coalesce(wal_status = 'lost', false) AS lost FROM pg_replication_slots WHERE slot_name = $1`,
    [direction.slot],
  );
  // With a slot that works there is nothing to do again: an interrupted copy goes on by itself.
  if (slot && !slot.lost) return;
  const name = identifier(direction.subscription);
  const [subscription] = await subscriber.query<{ enabled: boolean; slot: string | null }>(
    'SELECT subenabled AS enabled, subslotname AS slot FROM pg_subscription WHERE subname = $1',
    [direction.subscription],
  );
  if (subscription) {
    if (subscription.enabled) await subscriber.query(`ALTER SUBSCRIPTION ${name} DISABLE`);
    if (subscription.slot !== null) await subscriber.query(`ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`);
    await subscriber.query(`DROP SUBSCRIPTION ${name}`);
  }
  await guarded(subscriber, publisher);
  const tables = await tablesOf(subscriber, direction.schemas);
  if (tables.length > 0)
    await subscriber.query(`TRUNCATE ${tables.map(({ schema, table }) => `${identifier(schema)}.${identifier(table)}`).join(', ')}`);
  if (slot) await publisher.query('SELECT pg_drop_replication_slot($1)', [direction.slot]);
  progress?.(`emptied ${tables.length} tables of the subscriber, whose slot was given up`);
}

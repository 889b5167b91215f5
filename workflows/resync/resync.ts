import { fence } from '../fencing/fence.ts';
import { exclusively } from '../postgres/exclusively.ts';
import { type Access, identifier, type Limits, openSession, type Session } from '../postgres/session.ts';
import { tablesOf } from '../replication/catalogue.ts';
import { type Direction, OWN_SCHEMA } from '../replication/direction.ts';
import { type Ensure, ensureReplication } from '../replication/ensure.ts';
import { SAME_TEXT, type Salvaged } from '../salvage/salvage.ts';
import { StepError } from '../step-error.ts';
import { compareTables, type TableChecksum } from './checksums.ts';

export interface Resync extends Pick<Ensure, 'endpoint' | 'replicationPassword' | 'guard' | 'lease'> {
  /** Administrators: of the database that returns, and of the one that writes. */
  readonly returning: Access;
  readonly primary: Access;
  /** The direction that was cut, and the one since. */
  readonly from: Direction;
  readonly to: Direction;
  /** The epoch of the promotion that cut it. */
  readonly epoch: number;
  /** What was read back from the returning database before anything of it is overwritten. */
  readonly salvaged: Pick<Salvaged, 'transactions'>;
  /** Seconds that the copy, and afterwards the catching up, may stand still before it is given up. */
  readonly patience: number;
  progress?(what: string): void;
}

export interface Resynced {
  /** `incremental`: the returning side had lost nothing, and follows from where it was; `copy`: emptied and copied. */
  readonly mode: 'incremental' | 'copy';
  readonly checksums: readonly TableChecksum[];
}

/** Copying and comparing take as long as there are rows. */
export const LIMITS: Limits = { connect: 10, lock: 10, statement: 3600 };
const TABLE = `${OWN_SCHEMA}.resync`;

/**
 * Makes the database that returns a copy of the one that writes, and proves it by comparing every table. Safe to run
 * again, wherever it was interrupted.
 * @throws StepError `unguarded` where emptying the copy could empty its source; `diverged` when the sides differ in the end.
 */
export async function resync(input: Resync, guardTruncate: typeof guarded = guarded): Promise<Resynced> {
  await fence({ database: input.returning, direction: input.from, scope: 'everything' });
  const returning = await openSession(input.returning, 'resync', LIMITS);
  try {
    const primary = await openSession(input.primary, 'resync', LIMITS);
    try {
      for (const session of [returning, primary]) for (const setting of SAME_TEXT) await session.query(setting);
      const mode = await exclusively(returning, () => prepare(returning, primary, input, guardTruncate));
      await ensureReplication({
        publisher: input.primary,
        subscriber: input.returning,
        endpoint: input.endpoint,
        direction: input.to,
        replicationPassword: input.replicationPassword,
        guard: input.guard,
        lease: input.lease,
        copyData: mode === 'copy',
      });
      await copied(returning, input.to, input);
      const caughtUp = (): Promise<void> => untilCaughtUp(primary, input.to, input);
      await caughtUp();
      const checksums = await compareTables(primary, returning, input.to.schemas, caughtUp, input.progress);
      const different = checksums.filter((one) => one.different.length > 0);
      if (different.length > 0)
        throw new StepError(
          'diverged',
          different
            .map(({ table, different: rows }) => `${table}: ${rows.length} rows differ, such as ${rows.slice(0, 3).join(', ')}`)
            .join('; '),
          'Do not switch back. Find out who wrote to the returning side, then drop its subscription and run this step again.',
        );
      await letIn(returning, input);
      return { mode, checksums };
    } finally {
      await primary.close();
    }
  } finally {
    await returning.close();
  }
}

/** Whether this has begun for that promotion: then what was lost has been read back, and its slot may be gone. */
export async function hasBegun(returning: Access, epoch: number): Promise<boolean> {
  const session = await openSession(returning, 'resync');
  try {
    const [table] = await session.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [TABLE]);
    if (!table?.found) return false;
    return (await session.query(`SELECT FROM ${TABLE} WHERE epoch = $1`, [epoch])).length > 0;
  } finally {
    await session.close();
  }
}

/** Decides once, and remembers it, because what it was decided by goes away on the way. */
async function prepare(returning: Session, primary: Session, input: Resync, guardTruncate: typeof guarded): Promise<Resynced['mode']> {
  const { epoch, salvaged, to, from, progress } = input;
  await returning.query(
    `CREATE TABLE IF NOT EXISTS ${TABLE} (epoch bigint PRIMARY KEY, mode text NOT NULL, prepared boolean NOT NULL DEFAULT false)`,
  );
  const [slot] = await primary.query<{ usable: boolean }>(
    `SELECT coalesce(wal_status <> 'lost', true) AS usable FROM pg_replication_slots WHERE slot_name = $1`,
    [to.slot],
  );
  const wanted = salvaged.transactions === 0 && slot?.usable ? 'incremental' : 'copy';
  await returning.query(`INSERT INTO ${TABLE} (epoch, mode) VALUES ($1, $2) ON CONFLICT (epoch) DO NOTHING`, [epoch, wanted]);
  const [row] = await returning.query<{ mode: Resynced['mode']; prepared: boolean }>(
    `SELECT mode, prepared FROM ${TABLE} WHERE epoch = $1`,
    [epoch],
  );
  const mode = row?.mode ?? wanted;
  if (row?.prepared) return mode;
  // What it published, and kept for its subscriber, has been read back.
  await returning.query(`DROP PUBLICATION IF EXISTS ${identifier(from.publication)}`);
  await returning.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active', [
    from.slot,
  ]);
  if (mode === 'copy') {
    // A slot that was given up holds nothing that a copy could go on from.
    if (slot && !slot.usable) await primary.query('SELECT pg_drop_replication_slot($1)', [to.slot]);
    await guardTruncate(returning, primary);
    const tables = await tablesOf(returning, to.schemas);
    await returning.transaction(async (transaction) => {
      if (tables.length > 0)
        await transaction.query(`TRUNCATE ${tables.map(({ schema, table }) => `${identifier(schema)}.${identifier(table)}`).join(', ')}`);
      await transaction.query(`UPDATE ${TABLE} SET prepared = true WHERE epoch = $1`, [epoch]);
    });
    progress?.(`emptied ${tables.length} tables of the returning side`);
  } else await returning.query(`UPDATE ${TABLE} SET prepared = true WHERE epoch = $1`, [epoch]);
  return mode;
}

/** Whoever still follows the returning database would be emptied with it. */
export async function guarded(returning: Session, primary: Session): Promise<void> {
  const readers = await returning.query<{ name: string }>(
    `SELECT application_name AS name FROM pg_stat_replication WHERE EXISTS (SELECT FROM pg_replication_slots s WHERE s.active_pid = pid AND s.slot_type = 'logical')
     UNION ALL SELECT slot_name FROM pg_replication_slots WHERE slot_type = 'logical'`,
  );
  if (readers.length > 0)
    throw new StepError(
      'unguarded',
      `the returning database is still followed, or may be: ${[...new Set(readers.map(({ name }) => name))].join(', ')}`,
      'Whoever follows it would be emptied with it. End the follower, drop the slot, and run this step again.',
    );
  const subscriptions = await primary.query<{ name: string }>(
    'SELECT subname AS name FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())',
  );
  if (subscriptions.length > 0)
    throw new StepError(
      'unguarded',
      `the database that writes has the subscription ${subscriptions.map(({ name }) => name).join(', ')}`,
      'A database that writes follows nobody: drop the subscription, and run this step again.',
    );
}

type Moving = Pick<Resync, 'patience' | 'progress'>;

/** Waits for the copy, as long as it moves. */
export async function copied(returning: Session, to: Direction, { patience, progress }: Moving): Promise<void> {
  let seen = '';
  let since = performance.now();
  for (;;) {
    const [row] = await returning.query<{ left: number; bytes: string; tuples: string; errors: number }>(
      `SELECT count(*) FILTER (WHERE r.srsubstate NOT IN ('r', 's'))::int AS left,
              (SELECT coalesce(sum(bytes_processed), 0)::text FROM pg_stat_progress_copy) AS bytes,
              (SELECT coalesce(sum(tuples_processed), 0)::text FROM pg_stat_progress_copy) AS tuples,
              (SELECT sum(sync_error_count)::int FROM pg_stat_subscription_stats WHERE subname = $1) AS errors
       FROM pg_subscription s JOIN pg_subscription_rel r ON r.srsubid = s.oid WHERE s.subname = $1`,
      [to.subscription],
    );
    if (!row || row.left === 0) return;
    const now = `${row.left} tables to copy; ${row.tuples} rows, ${row.bytes} bytes of those in work`;
    if (now !== seen) {
      seen = now;
      since = performance.now();
      progress?.(now);
    }
    if (performance.now() - since > patience * 1000)
      throw new StepError(
        'unreplicated',
        `the copy stands still: ${now}; ${row.errors} errors so far`,
        'The log of the returning database says why.',
      );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits until the returning side has everything that the primary has at this moment. */
export async function untilCaughtUp(primary: Session, to: Direction, { patience, progress }: Moving): Promise<void> {
  const [now] = await primary.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
  let least = Number.POSITIVE_INFINITY;
  let since = performance.now();
  for (;;) {
    const [row] = await primary.query<{ left: string }>(
      'SELECT pg_wal_lsn_diff($2::pg_lsn, confirmed_flush_lsn)::bigint AS left FROM pg_replication_slots WHERE slot_name = $1',
      [to.slot, now?.lsn],
    );
    const left = row ? Number(row.left) : Number.POSITIVE_INFINITY;
    if (left <= 0) return;
    if (left < least) {
      least = left;
      since = performance.now();
      progress?.(`${left} bytes of write-ahead log have yet to arrive`);
    }
    if (performance.now() - since > patience * 1000)
      throw new StepError(
        'unreplicated',
        `${left} bytes of write-ahead log have yet to arrive, and nothing moves`,
        'See the replication status.',
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The application may log in again, to read. */
async function letIn(returning: Session, { to }: Resync): Promise<void> {
  await returning.query(`ALTER ROLE ${identifier(to.applicationRole)} LOGIN`);
}

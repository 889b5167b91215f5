import type { Cloud, Platform } from '../../environments/platform.ts';
import { installLease } from '../lease/install.ts';
import { LEASE } from '../lease/sql.ts';
import { endSessions } from '../postgres/end-sessions.ts';
import { exclusively } from '../postgres/exclusively.ts';
import { type Access, DatabaseError, identifier, literal, openSession, type Session } from '../postgres/session.ts';
import { sequencesOf, tablesOf } from '../replication/catalogue.ts';
import { type Direction, directionOf, OWN_SCHEMA } from '../replication/direction.ts';
import { lastHeartbeat } from '../replication/heartbeat.ts';
import { createPublication } from '../replication/publication.ts';
import { StepError } from '../step-error.ts';

export interface Promote {
  /** Administrator of the database that becomes the writer. */
  readonly database: Access;
  /** The direction that ends: this database is its subscriber. */
  readonly from: Direction;
  /** The direction that is prepared: this database publishes. */
  readonly to: Direction;
  /** The epoch that was claimed for this promotion; a second run with it goes on where the first one ended. */
  readonly epoch: number;
  /** How far sequences jump above the largest value that has arrived. */
  readonly sequenceGap: number;
  /** Called with what is waited for. */
  progress?(what: string): void;
}

export interface Promoted {
  /** Everything up to here in the old writer's log was applied; null when no heartbeat ever arrived. */
  readonly appliedLsn: string | null;
  /** Whether nothing beyond that position was applied; otherwise it is the last heartbeat's, and more may have been. */
  readonly exact: boolean;
  /** The old writer's commits after this moment may be missing; ISO 8601. */
  readonly appliedAt: string | null;
  /** Seconds between that moment and the promotion: what may have been lost, as time. */
  readonly lossWindow: number | null;
  readonly sequences: number;
  /** What was done, in order. */
  readonly changes: readonly string[];
}

/** The input of a promotion to a cloud, from the configuration. */
export function promotionTo(platform: Platform, cloud: Cloud, database: Access, epoch: number): Promote {
  const old: Cloud = cloud === 'aws' ? 'gcp' : 'aws';
  return {
    database,
    from: directionOf(platform, old),
    to: directionOf(platform, cloud),
    epoch,
    sequenceGap: platform.database.replication.sequenceGap,
  };
}

/**
 * Makes the subscriber the writer, whether the publisher answers, refuses, or is silent. It talks to this one
 * database alone. The caller has fenced the old writer, or waited until its lease ended.
 *
 * The order is what makes it safe: what had arrived is written down before the subscription goes with its
 * position; sequences jump before anybody takes a value; the slot for the way back exists before the first write.
 * The last thing is that its guard may open it, which it does once the authority has confirmed the epoch to it.
 * @throws StepError; DatabaseError.
 */
export async function promote(input: Promote): Promise<Promoted> {
  const session = await openSession(input.database, 'promote');
  try {
    // A naive DROP that hangs holds the lock that everything below needs.
    const changes = await endStuckDrops(session);
    return await exclusively(session, () => run(session, input, changes));
  } finally {
    await session.close();
  }
}

async function run(session: Session, input: Promote, changes: string[]): Promise<Promoted> {
  await keepPromise(session, input);
  await writtenDown(session, input.epoch, changes);
  await dropSubscription(session, input, changes);
  const record = await recordOf(session, input.epoch);
  const sequences = record.sequencesDone ? 0 : await advanceSequences(session, input, changes);
  await prepareWayBack(session, input.to, changes);
  await becomeWriter(session, input.epoch, changes);
  return { appliedLsn: record.lsn, exact: record.exact, appliedAt: record.at, lossWindow: record.age, sequences, changes };
}

/** Ends sessions that run a bare `DROP SUBSCRIPTION`, which waits for the publisher, for minutes. */
async function endStuckDrops(session: Session): Promise<string[]> {
  const { ended } = await endSessions(session, `query ~* '^\\s*drop\\s+subscription' AND state = 'active'`);
  return ended.map((pid) => `ended a DROP SUBSCRIPTION that hung, process ${pid}`);
}

interface Record {
  readonly lsn: string | null;
  readonly at: string | null;
  readonly age: number | null;
  readonly exact: boolean;
  readonly sequencesDone: boolean;
}

const TABLE = `${OWN_SCHEMA}.promotion`;

/** What had arrived, kept under the epoch; a second run finds what the first one saw. */
async function writtenDown(session: Session, epoch: number, changes: string[]): Promise<void> {
  await session.query(`CREATE SCHEMA IF NOT EXISTS ${OWN_SCHEMA}`);
  await session.query(
    `CREATE TABLE IF NOT EXISTS ${TABLE}
     (epoch bigint PRIMARY KEY, applied_lsn pg_lsn, exact boolean NOT NULL DEFAULT false, applied_at timestamptz, loss_window float8,
      at timestamptz NOT NULL DEFAULT clock_timestamp(), sequences_done boolean NOT NULL DEFAULT false)`,
  );
  const heartbeat = (await hasHeartbeat(session)) ? await lastHeartbeat(session) : undefined;
  const inserted = await session.query(
    `INSERT INTO ${TABLE} (epoch, applied_lsn, applied_at, loss_window) VALUES ($1, $2, $3, $4) ON CONFLICT (epoch) DO NOTHING RETURNING epoch`,
    [epoch, heartbeat?.lsn ?? null, heartbeat?.at ?? null, heartbeat?.age ?? null],
  );
  if (inserted.length > 0) changes.push(`wrote down that everything up to ${heartbeat?.lsn ?? 'nothing known'} had arrived`);
}

async function recordOf(session: Session, epoch: number): Promise<Record> {
  const [row] = await session.query<{ lsn: string | null; at: string | null; age: number | null; exact: boolean; done: boolean }>(
    `SELECT applied_lsn::text AS lsn, to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, loss_window AS age,
            exact, sequences_done AS done FROM ${TABLE} WHERE epoch = $1`,
    [epoch],
  );
  return {
    lsn: row?.lsn ?? null,
    at: row?.at ?? null,
    age: row?.age ?? null,
    exact: row?.exact === true,
    sequencesDone: row?.done === true,
  };
}

async function hasHeartbeat(session: Session): Promise<boolean> {
  const [row] = await session.query<{ found: boolean }>(`SELECT to_regclass('${OWN_SCHEMA}.heartbeat') IS NOT NULL AS found`);
  return row?.found === true;
}

/** In three statements, none of which asks the publisher; the slot stays there, as the record of what was not delivered. */
async function dropSubscription(session: Session, { from, epoch }: Promote, changes: string[]): Promise<void> {
  const [found] = await session.query<{ oid: number; slot: string | null; enabled: boolean }>(
    `SELECT oid::int AS oid, subslotname AS slot, subenabled AS enabled FROM pg_subscription
     WHERE subname = $1 AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [from.subscription],
  );
  if (!found) return;
  const name = identifier(from.subscription);
  if (found.enabled) await session.query(`ALTER SUBSCRIPTION ${name} DISABLE`);
  await appliedExactly(session, found.oid, epoch);
  if (found.slot !== null) await session.query(`ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`);
  await session.query(`DROP SUBSCRIPTION ${name}`);
  changes.push(`dropped the subscription ${from.subscription}, leaving its slot on the other side`);
}

/**
 * Once nothing is applied any more, the position of the last applied commit, which goes with the subscription. Managed
 * services may not let anybody read it; the heartbeat's position, which is never too far, then has to do.
 */
async function appliedExactly(session: Session, subscription: number, epoch: number): Promise<void> {
  const worker = 'SELECT pid FROM pg_stat_subscription WHERE subid = $1 AND pid IS NOT NULL';
  for (let round = 0; (await session.query(worker, [subscription])).length > 0; round++) {
    // One that waits for a lock does not see that it was disabled.
    if (round === 20) await session.query(`SELECT pg_terminate_backend(pid) FROM (${worker}) AS workers`, [subscription]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (round > 100) return;
  }
  try {
    await session.query(
      `UPDATE ${TABLE} SET applied_lsn = greatest(applied_lsn, progress), exact = true
       FROM pg_replication_origin_progress('pg_' || $1::text, false) AS progress
       WHERE epoch = $2 AND progress IS NOT NULL`,
      [String(subscription), epoch],
    );
  } catch (error) {
    // No right to it, or nothing was ever applied.
    if (!(error instanceof DatabaseError && ['42501', '42704'].includes(error.code))) throw error;
  }
}

/**
 * Sequences are not replicated: each jumps above the largest value that arrived, and above what the lost side
 * may have given out since. All in one transaction with the note that it is done.
 */
async function advanceSequences(session: Session, { from, epoch, sequenceGap }: Promote, changes: string[]): Promise<number> {
  const sequences = await sequencesOf(session, from.schemas);
  const unowned = sequences.filter(({ owner }) => owner === null);
  if (unowned.length > 0)
    throw new StepError(
      'obstacles',
      `${unowned.map(({ name }) => name).join(', ')}: owned by no column, so that nothing says how far to advance`,
      'ALTER SEQUENCE … OWNED BY the column that takes its values, then run this step again.',
    );
  await session.transaction(async (transaction) => {
    for (const { name, owner } of sequences) {
      const [schema, table, column] = splitOwner(owner ?? '');
      // Downwards too, where a sequence counts down; and never back.
      await transaction.query(
        `SELECT setval(${literal(name)}::regclass,
           CASE WHEN s.seqincrement > 0
             THEN greatest(coalesce((SELECT max(${column}) FROM ${schema}.${table}), s.seqstart - s.seqincrement) + $1, pg_sequence_last_value(s.seqrelid), s.seqmin)
             ELSE least(coalesce((SELECT min(${column}) FROM ${schema}.${table}), s.seqstart - s.seqincrement) - $1, pg_sequence_last_value(s.seqrelid), s.seqmax)
           END)
         FROM pg_sequence s WHERE s.seqrelid = ${literal(name)}::regclass`,
        [sequenceGap],
      );
    }
    await transaction.query(`UPDATE ${TABLE} SET sequences_done = true WHERE epoch = $1`, [epoch]);
  });
  if (sequences.length > 0) changes.push(`advanced ${sequences.length} sequences by ${sequenceGap}`);
  return sequences.length;
}

/** `schema.table.column`, each quoted where it must be, as `format('%I')` wrote it. */
function splitOwner(owner: string): [schema: string, table: string, column: string] {
  const [schema = '', table = '', column = ''] = owner.match(/"(?:[^"]|"")+"|[^."]+/g) ?? [];
  return [schema, table, column];
}

/** The publication and the slot from which the other side will catch up: before the first write, or that would be lost to it. */
async function prepareWayBack(session: Session, { publication, slot, schemas }: Direction, changes: string[]): Promise<void> {
  const found = async (statement: string, name: string): Promise<boolean> => (await session.query(statement, [name])).length > 0;
  if (!(await found('SELECT FROM pg_publication WHERE pubname = $1', publication))) {
    const tables = await tablesOf(session, schemas);
    await session.query(createPublication(publication, tables));
    changes.push(`publication ${publication} of ${tables.length} tables`);
  }
  if (!(await found('SELECT FROM pg_replication_slots WHERE slot_name = $1', slot))) {
    await session.query('SELECT pg_create_logical_replication_slot($1, $2)', [slot, 'pgoutput']);
    changes.push(`slot ${slot}, which keeps every write from now on for the other side`);
  }
}

/**
 * From here on this database gives no more promises; one that it gave is kept to its end, because the old writer relies on it.
 * @throws StepError `stale` when a later promotion of this database has begun.
 */
async function keepPromise(session: Session, { epoch, to, progress }: Promote): Promise<void> {
  await installLease(session, to);
  const [row] = await session.query<{ promised: number }>(
    `UPDATE ${LEASE} SET promotion = $1 WHERE id = 1 AND promotion <= $1 AND epoch <= $1
     RETURNING extract(epoch FROM promised_until - clock_timestamp())::float8 AS promised`,
    [epoch],
  );
  if (!row)
    throw new StepError(
      'stale',
      `this database has been promoted for a later epoch than ${epoch} already`,
      'See what the authority says who writes; this promotion has been overtaken.',
    );
  const left = row.promised;
  if (left <= 0) return;
  progress?.(`the promise not to take over, given to the old writer's guard, runs for another ${left.toFixed(1)} s`);
  await new Promise((resolve) => setTimeout(resolve, left * 1000));
}

/** The last thing: from here on its guard may open it. */
async function becomeWriter(session: Session, epoch: number, changes: string[]): Promise<void> {
  const done = await session.query(`UPDATE ${LEASE} SET epoch = $1, state = 'ready' WHERE id = 1 AND epoch < $1 RETURNING epoch`, [epoch]);
  if (done.length > 0) changes.push(`its guard may open it for epoch ${epoch}`);
}

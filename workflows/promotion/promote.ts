import type { Cloud, Platform } from '../../environments/platform.ts';
import { grantWrites } from '../fencing/privileges.ts';
import { endSessions } from '../postgres/end-sessions.ts';
import { exclusively } from '../postgres/exclusively.ts';
import { type Access, identifier, inOneTransaction, literal, openSession, type Session } from '../postgres/session.ts';
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
}

export interface Promoted {
  /** Everything up to here in the old writer's log was applied; null when no heartbeat ever arrived. */
  readonly appliedLsn: string | null;
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
  const record = await writtenDown(session, input.epoch, changes);
  await dropSubscription(session, input.from, changes);
  const sequences = record.sequencesDone ? 0 : await advanceSequences(session, input, changes);
  await prepareWayBack(session, input.to, changes);
  await openWrites(session, input.to, changes);
  return { appliedLsn: record.lsn, appliedAt: record.at, lossWindow: record.age, sequences, changes };
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
  readonly sequencesDone: boolean;
}

const TABLE = `${OWN_SCHEMA}.promotion`;

/** What had arrived, kept under the epoch; a second run finds what the first one saw. */
async function writtenDown(session: Session, epoch: number, changes: string[]): Promise<Record> {
  await session.query(`CREATE SCHEMA IF NOT EXISTS ${OWN_SCHEMA}`);
  await session.query(
    `CREATE TABLE IF NOT EXISTS ${TABLE}
     (epoch bigint PRIMARY KEY, applied_lsn pg_lsn, applied_at timestamptz, loss_window float8, at timestamptz NOT NULL DEFAULT clock_timestamp(),
      sequences_done boolean NOT NULL DEFAULT false)`,
  );
  const heartbeat = (await hasHeartbeat(session)) ? await lastHeartbeat(session) : undefined;
  const inserted = await session.query(
    `INSERT INTO ${TABLE} (epoch, applied_lsn, applied_at, loss_window) VALUES ($1, $2, $3, $4) ON CONFLICT (epoch) DO NOTHING RETURNING epoch`,
    [epoch, heartbeat?.lsn ?? null, heartbeat?.at ?? null, heartbeat?.age ?? null],
  );
  if (inserted.length > 0) changes.push(`wrote down that everything up to ${heartbeat?.lsn ?? 'nothing known'} had arrived`);
  const [row] = await session.query<{ lsn: string | null; at: string | null; age: number | null; done: boolean }>(
    `SELECT applied_lsn::text AS lsn, to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, loss_window AS age,
            sequences_done AS done FROM ${TABLE} WHERE epoch = $1`,
    [epoch],
  );
  return { lsn: row?.lsn ?? null, at: row?.at ?? null, age: row?.age ?? null, sequencesDone: row?.done === true };
}

async function hasHeartbeat(session: Session): Promise<boolean> {
  const [row] = await session.query<{ found: boolean }>(`SELECT to_regclass('${OWN_SCHEMA}.heartbeat') IS NOT NULL AS found`);
  return row?.found === true;
}

/** In three statements, none of which asks the publisher; the slot stays there, as the record of what was not delivered. */
async function dropSubscription(session: Session, { subscription }: Direction, changes: string[]): Promise<void> {
  const [found] = await session.query<{ slot: string | null; enabled: boolean }>(
    `SELECT subslotname AS slot, subenabled AS enabled FROM pg_subscription
     WHERE subname = $1 AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [subscription],
  );
  if (!found) return;
  const name = identifier(subscription);
  if (found.enabled) await session.query(`ALTER SUBSCRIPTION ${name} DISABLE`);
  if (found.slot !== null) await session.query(`ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`);
  await session.query(`DROP SUBSCRIPTION ${name}`);
  changes.push(`dropped the subscription ${subscription}, leaving its slot on the other side`);
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

/** The last thing: from here on the application writes here. */
async function openWrites(session: Session, direction: Direction, changes: string[]): Promise<void> {
  const { schemas, applicationRole } = direction;
  const closed = await session.query(
    `SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY ($1)
       AND NOT (has_table_privilege($2, c.oid, 'INSERT') AND has_table_privilege($2, c.oid, 'UPDATE') AND has_table_privilege($2, c.oid, 'DELETE'))`,
    [[...schemas], applicationRole],
  );
  if (closed.length === 0) return;
  await inOneTransaction(session, grantWrites(direction));
  changes.push(`${applicationRole} may write to ${closed.length} tables`);
}

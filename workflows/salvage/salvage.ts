import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Access, identifier, type Limits, literal, openSession, type Session } from '../postgres/session.ts';
import type { Direction } from '../replication/direction.ts';
import { StepError } from '../step-error.ts';
import { statementOf } from './statements.ts';
import { type Change, rowId, type Transaction, transactionsOf } from './transactions.ts';

export interface Salvage {
  /** Administrator of the database that returns, and whose writes were cut off. It is fenced. */
  readonly returning: Access;
  /** Administrator of the database that writes now. */
  readonly primary: Access;
  /** The direction that was cut: the returning database was its publisher. */
  readonly from: Direction;
  /** The direction since: the returning database will be its subscriber. */
  readonly to: Direction;
  /** The epoch of the promotion that cut it. */
  readonly epoch: number;
  /** Where the files are written. */
  readonly folder: string;
}

/** A row of a transaction that was never delivered. */
export interface SalvagedRow {
  readonly table: string;
  readonly action: Change['action'];
  readonly key: Change['key'];
  /** What the lost transaction made of it. */
  readonly next: Change['next'];
  /** What it is on the new primary now; where that has not changed it since, this is what it was before. Null: it is not there. */
  readonly current: Readonly<Record<string, string | null>> | null;
  /** Whether the new primary has changed it since it took over. */
  readonly changedSince: boolean;
}

export interface SalvagedTransaction extends Omit<Transaction, 'changes'> {
  readonly rows: readonly SalvagedRow[];
  /** Whether a person must decide: a row of it, or one that it builds upon, was changed by the new primary. */
  readonly conflicts: boolean;
}

export interface Salvaged {
  readonly transactions: number;
  readonly rows: number;
  /** Transactions that a person must decide about; the others are in the SQL file. */
  readonly conflicts: number;
  /** The position up to which the new primary has everything, and whether it has nothing beyond. */
  readonly after: string;
  readonly exact: boolean;
  /** One JSON document a line, a transaction each, in the order of their commits; null where nothing was lost. */
  readonly file: string | null;
  /** Statements that bring in the transactions without conflicts, each whole. */
  readonly statements: string | null;
  readonly sha256: string | null;
}

/** Reading days of changes takes its time. */
const LIMITS: Limits = { connect: 10, lock: 10, statement: 3600 };

/** So that a value is the same text in the log, in a row, and on both servers. */
export const SAME_TEXT = [
  `SET TimeZone = 'UTC'`,
  `SET DateStyle = 'ISO, YMD'`,
  `SET IntervalStyle = 'postgres'`,
  `SET extra_float_digits = 1`,
  `SET bytea_output = 'hex'`,
];

/**
 * Reads back what the lost primary had committed and not delivered, from the slot that its subscriber left, and
 * compares each row with the new primary. Changes nothing in either database; run again, it gives the same files.
 * @throws StepError `unreplicated` when the slot or the promotion's record is gone; DatabaseError.
 */
export async function salvage(input: Salvage): Promise<Salvaged> {
  const returning = await openSession(input.returning, 'salvage', LIMITS);
  try {
    const primary = await openSession(input.primary, 'salvage', LIMITS);
    try {
      for (const session of [returning, primary]) for (const setting of SAME_TEXT) await session.query(setting);
      return await run(returning, primary, input);
    } finally {
      await primary.close();
    }
  } finally {
    await returning.close();
  }
}

async function run(returning: Session, primary: Session, input: Salvage): Promise<Salvaged> {
  const { from, to, epoch, folder } = input;
  const { after, exact } = await cut(primary, epoch);
  await slotIsThere(returning, from);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = join(folder, `.salvage-epoch-${epoch}.found`);
  try {
    // First what was lost, onto the disk; in memory only which rows that were.
    const rows = new Set<string>();
    let lost = 0;
    await writing(found, async (line) => {
      for await (const transaction of transactionsOf(returning, from.slot, from.publication, after)) {
        lost++;
        for (const { table, key } of transaction.changes) rows.add(rowId(table, key));
        line(JSON.stringify(transaction));
      }
    });
    if (lost === 0) return nothing(after, exact);
    const changed = await changedSince(primary, to, rows);
    return await reconcile(primary, input, { found, changed, after, exact });
  } finally {
    rmSync(found, { force: true });
  }
}

function nothing(after: string, exact: boolean): Salvaged {
  return { transactions: 0, rows: 0, conflicts: 0, after, exact, file: null, statements: null, sha256: null };
}

async function cut(primary: Session, epoch: number): Promise<{ after: string; exact: boolean }> {
  const [row] = await primary.query<{ lsn: string | null; exact: boolean }>(
    'SELECT applied_lsn::text AS lsn, exact FROM tandem.promotion WHERE epoch = $1',
    [epoch],
  );
  if (!row)
    throw new StepError(
      'unreplicated',
      `the new primary has no record of what had arrived when it was promoted for epoch ${epoch}`,
      'Give the epoch of the promotion that cut this database off; see the authority’s history.',
    );
  // Where nothing but the first copy had ever arrived, all that the slot holds is missing.
  return { after: row.lsn ?? '0/0', exact: row.exact };
}

async function slotIsThere(returning: Session, { slot }: Direction): Promise<void> {
  const [row] = await returning.query<{ lost: boolean; active: boolean }>(
    `SELECT coalesce(wal_status = 'lost', false) AS lost, active FROM pg_replication_slots WHERE slot_name = $1`,
    [slot],
  );
  if (row && !row.lost && !row.active) return;
  throw new StepError(
    'unreplicated',
    row?.active
      ? `the slot ${slot} of the returning database is being read`
      : `the slot ${slot} of the returning database ${row ? 'was given up' : 'is not there'}: what was not delivered cannot be read from it`,
    row?.active
      ? 'End whoever reads it; nobody may follow a database that was cut off.'
      : 'Compare the tables of both databases row by row before anything is overwritten; a restored backup may hold the log.',
  );
}

/** Which of these rows the new primary has changed since it took over; all of them where nothing says so. */
async function changedSince(primary: Session, { slot, publication }: Direction, rows: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const [there] = await primary.query<{ usable: boolean }>(
    `SELECT coalesce(wal_status <> 'lost', true) AND NOT active AS usable FROM pg_replication_slots WHERE slot_name = $1`,
    [slot],
  );
  if (!there?.usable) return rows;
  const changed = new Set<string>();
  for await (const { changes, truncated } of transactionsOf(primary, slot, publication, '0/0')) {
    if (truncated.length > 0) return rows;
    for (const { table, key, next } of changes)
      for (const id of [rowId(table, key), ...(next ? [rowId(table, keyIn(next, key))] : [])]) if (rows.has(id)) changed.add(id);
  }
  return changed;
}

function keyIn(next: NonNullable<Change['next']>, key: Change['key']): Change['key'] {
  return Object.fromEntries(Object.keys(key).map((column) => [column, next[column]]));
}

interface Found {
  readonly found: string;
  readonly changed: ReadonlySet<string>;
  readonly after: string;
  readonly exact: boolean;
}

async function reconcile(primary: Session, { folder, epoch }: Salvage, { found, changed, after, exact }: Found): Promise<Salvaged> {
  const [file, statements] = [join(folder, `salvage-epoch-${epoch}.jsonl`), join(folder, `salvage-epoch-${epoch}.sql`)];
  const conflicting = new Set(changed);
  const touched = new Set<string>();
  const hash = createHash('sha256');
  const columnsOf = knownColumns(primary);
  let [transactions, rows, conflicts] = [0, 0, 0];
  await writing(file, (line) =>
    writing(statements, async (statement) => {
      statement(`-- Transactions that were committed and not delivered before epoch ${epoch}, and that conflict with nothing since.`);
      for await (const text of createInterface({ input: createReadStream(found) })) {
        const { changes, ...transaction } = JSON.parse(text) as Transaction;
        const salvaged: SalvagedRow[] = [];
        for (const change of changes)
          salvaged.push({
            ...change,
            current: await currentRow(primary, columnsOf, change),
            changedSince: changed.has(rowId(change.table, change.key)),
          });
        // Where the position is not exact, a transaction may have arrived all the same.
        if (!exact && salvaged.every(arrived) && !salvaged.some(({ table, key }) => touched.has(rowId(table, key)))) continue;
        const ids = changes.flatMap(({ table, key, next }) => [rowId(table, key), ...(next ? [rowId(table, keyIn(next, key))] : [])]);
        for (const id of ids) touched.add(id);
        const conflict = transaction.truncated.length > 0 || ids.some((id) => conflicting.has(id));
        // What builds upon an undecided transaction is undecided too.
        if (conflict) for (const id of ids) conflicting.add(id);
        else statement(['BEGIN;', ...changes.map(statementOf), 'COMMIT;'].join('\n'));
        const document = JSON.stringify({ ...transaction, rows: salvaged, conflicts: conflict } satisfies SalvagedTransaction);
        hash.update(`${document}\n`);
        line(document);
        transactions++;
        rows += changes.length;
        if (conflict) conflicts++;
      }
    }),
  );
  if (transactions > 0) return { transactions, rows, conflicts, after, exact, file, statements, sha256: hash.digest('hex') };
  for (const path of [file, statements]) rmSync(path, { force: true });
  return nothing(after, exact);
}

function arrived({ action, next, current }: SalvagedRow): boolean {
  if (action === 'delete') return current === null;
  return current !== null && Object.entries(next ?? {}).every(([column, value]) => current[column] === value);
}

/** The row as it is on the new primary, every value as the same text that the log would have of it. */
async function currentRow(
  primary: Session,
  columnsOf: ReturnType<typeof knownColumns>,
  { table, key }: Change,
): Promise<SalvagedRow['current']> {
  const [schema = '', name = ''] = splitOnce(table);
  const columns = await columnsOf(schema, name);
  const given: string[] = [];
  const condition = Object.entries(key).map(([column, value]) =>
    value === null || value === undefined ? `${identifier(column)} IS NULL` : `${identifier(column)} = $${given.push(value)}`,
  );
  const [row] = await primary.query<{ row: Record<string, string | null> }>(
    `SELECT json_build_object(${columns.map((column) => `${literal(column)}, ${identifier(column)}::text`).join(', ')}) AS row
     FROM ${identifier(schema)}.${identifier(name)} WHERE ${condition.join(' AND ')}`,
    given,
  );
  return row?.row ?? null;
}

/** The columns of a table, looked up once. */
function knownColumns(session: Session): (schema: string, table: string) => Promise<readonly string[]> {
  const known = new Map<string, Promise<readonly string[]>>();
  return (schema, table) => {
    const id = JSON.stringify([schema, table]);
    const found =
      known.get(id) ??
      session
        .query<{ name: string }>(
          `SELECT a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
          [schema, table],
        )
        .then((rows) => rows.map(({ name }) => name));
    known.set(id, found);
    return found;
  };
}

function splitOnce(name: string): readonly string[] {
  const dot = name.indexOf('.');
  return [name.slice(0, dot), name.slice(dot + 1)];
}

/** Writes a file that only its owner reads, whole or not at all. */
async function writing(path: string, run: (line: (text: string) => void) => Promise<void>): Promise<void> {
  const next = `${path}.next`;
  const handle = openSync(next, 'w', 0o600);
  try {
    await run((text) => void writeSync(handle, `${text}\n`));
    fsyncSync(handle);
  } catch (error) {
    closeSync(handle);
    rmSync(next, { force: true });
    throw error;
  }
  closeSync(handle);
  renameSync(next, path);
}

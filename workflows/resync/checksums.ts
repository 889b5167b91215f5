import { identifier, type Session } from '../postgres/session.ts';
import { type Table, tablesOf } from '../replication/catalogue.ts';

/** A table on both sides, compared. */
export interface TableChecksum {
  readonly table: string;
  readonly rows: number;
  /** Rows that are not the same on both sides, by key, at most a hundred. */
  readonly different: readonly string[];
}

/** Parts that a table is compared in; only those that differ are looked at row by row. */
const PARTS = 256;
/** How often rows that differ are looked at again, since they may just have been written. */
const LOOKS = 3;

/**
 * Compares every replicated table of two databases, row by row, while the first is written and the second follows. A row
 * that differs is looked at again after the second has caught up: one that is being written is not a difference.
 * `caughtUp` returns when the second has everything that the first had when it was called.
 */
export async function compareTables(
  first: Session,
  second: Session,
  schemas: readonly string[],
  caughtUp: () => Promise<void>,
  progress?: (what: string) => void,
): Promise<readonly TableChecksum[]> {
  const done: TableChecksum[] = [];
  for (const table of (await tablesOf(first, schemas)).filter(({ schema }) => schemas.includes(schema))) {
    const key = await keyOf(first, table);
    const [a, b] = [await partsOf(first, table, key), await partsOf(second, table, key)];
    const parts = Array.from({ length: PARTS }, (_, part) => part).filter((part) => a.get(part)?.sum !== b.get(part)?.sum);
    const different = parts.length === 0 ? [] : await differences(first, second, table, key, parts, caughtUp);
    const rows = [...a.values()].reduce((sum, part) => sum + part.rows, 0);
    progress?.(`${table.name}: ${rows} rows, ${different.length === 0 ? 'the same on both sides' : `${different.length} differ`}`);
    done.push({ table: table.name, rows, different: different.slice(0, 100) });
  }
  return done;
}

async function keyOf(session: Session, { name }: Table): Promise<string> {
  const columns = await session.query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
     WHERE i.indrelid = $1::regclass AND (i.indisreplident OR i.indisprimary) ORDER BY i.indisreplident DESC, a.attnum`,
    [name],
  );
  // A table without a key is identified by the whole row.
  return columns.length === 0 ? 't::text' : columns.map((column) => `t.${identifier(column.name)}::text`).join(` || '/' || `);
}

/** The row as text, by its columns' names: their order may differ between the sides. */
function rowText({ columns }: Table): string {
  return `concat_ws('|', ${Object.keys(columns)
    .sort()
    .map((column) => `coalesce(t.${identifier(column)}::text, '\\N')`)
    .join(', ')})`;
}

const quoted = ({ schema, table }: Table): string => `${identifier(schema)}.${identifier(table)}`;
const partOf = (key: string): string => `('x' || substr(md5(${key}), 1, 2))::bit(8)::int`;

async function partsOf(session: Session, table: Table, key: string): Promise<ReadonlyMap<number, { sum: string; rows: number }>> {
  const rows = await session.query<{ part: number; sum: string; rows: number }>(
    `SELECT ${partOf(key)} AS part, count(*)::int AS rows,
            sum(('x' || substr(md5(${rowText(table)}), 1, 15))::bit(60)::bigint)::text || '/' || count(*) AS sum
     FROM ${quoted(table)} t GROUP BY 1`,
  );
  return new Map(rows.map(({ part, sum, rows: count }) => [part, { sum, rows: count }]));
}

async function rowsOf(session: Session, table: Table, key: string, condition: string, values: unknown[]): Promise<Map<string, string>> {
  const rows = await session.query<{ id: string; sum: string }>(
    `SELECT ${key} AS id, md5(${rowText(table)}) AS sum FROM ${quoted(table)} t WHERE ${condition}`,
    values,
  );
  return new Map(rows.map(({ id, sum }) => [id, sum]));
}

async function differences(
  first: Session,
  second: Session,
  table: Table,
  key: string,
  parts: readonly number[],
  caughtUp: () => Promise<void>,
): Promise<string[]> {
  const inParts = `${partOf(key)} = ANY ($1)`;
  const a = await rowsOf(first, table, key, inParts, [parts]);
  await caughtUp();
  const b = await rowsOf(second, table, key, inParts, [parts]);
  let open = [...new Set([...a.keys(), ...b.keys()])].filter((id) => a.get(id) !== b.get(id));
  for (let look = 0; open.length > 0 && look < LOOKS; look++) {
    const before = await rowsOf(first, table, key, `${key} = ANY ($1)`, [open]);
    await caughtUp();
    const after = await rowsOf(second, table, key, `${key} = ANY ($1)`, [open]);
    open = open.filter((id) => before.get(id) !== after.get(id));
  }
  const sure: string[] = [];
  for (const id of open) if (!(await sameWhileHeld(first, second, table, key, id, caughtUp))) sure.push(id);
  return sure;
}

/** A row that never rests is held for as long as the second needs to catch up; one at a time, so that nobody deadlocks. */
async function sameWhileHeld(
  first: Session,
  second: Session,
  table: Table,
  key: string,
  id: string,
  caughtUp: () => Promise<void>,
): Promise<boolean> {
  return await first.transaction(async (transaction) => {
    const [held] = await transaction.query<{ sum: string }>(
      `SELECT md5(${rowText(table)}) AS sum FROM ${quoted(table)} t WHERE ${key} = $1 FOR SHARE`,
      [id],
    );
    await caughtUp();
    return (await rowsOf(second, table, key, `${key} = $1`, [id])).get(id) === held?.sum;
  });
}

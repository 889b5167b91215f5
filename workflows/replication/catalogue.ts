import type { Session } from '../postgres/session.ts';
import { HEARTBEAT } from './direction.ts';

/** A table as replication sees it. */
export interface Table {
  /** `schema.name`, as it is. */
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  /** What identifies a row for updates and deletions: a primary key, another index, the whole row, or nothing. */
  readonly identity: 'primary key' | 'index' | 'full' | 'nothing';
  readonly persistent: boolean;
  /** Columns by name, with type and whether they may be null. */
  readonly columns: Readonly<Record<string, string>>;
}

/** Every ordinary or partitioned table of the schemas, with the heartbeat. */
export async function tablesOf(session: Session, schemas: readonly string[]): Promise<readonly Table[]> {
  const rows = await session.query<{
    schema: string;
    table: string;
    persistent: boolean;
    replident: string;
    has_key: boolean;
    columns: Record<string, string>;
  }>(
    `SELECT n.nspname AS schema, c.relname AS table, c.relpersistence = 'p' AS persistent, c.relreplident AS replident,
            EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) AS has_key,
            coalesce((SELECT json_object_agg(a.attname, format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END)
                      FROM pg_attribute a
                      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''), '{}') AS columns
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND (n.nspname = ANY ($1) OR c.oid = to_regclass($2))
     ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`,
    [[...schemas], HEARTBEAT],
  );
  return rows.map(({ schema, table, persistent, replident, has_key, columns }) => ({
    name: `${schema}.${table}`,
    schema,
    table,
    identity: identityOf(replident, has_key),
    persistent,
    columns,
  }));
}

function identityOf(replident: string, hasKey: boolean): Table['identity'] {
  if (replident === 'f') return 'full';
  if (replident === 'i') return 'index';
  return replident === 'd' && hasKey ? 'primary key' : 'nothing';
}

/** A sequence, and the column that owns it: a promotion advances it beyond the column's largest value. */
export interface Sequence {
  readonly name: string;
  /** `schema.table.column`; null where nothing owns it, and nothing says how far it must go. */
  readonly owner: string | null;
}

export async function sequencesOf(session: Session, schemas: readonly string[]): Promise<readonly Sequence[]> {
  return await session.query<Sequence>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name,
            (SELECT format('%I.%I.%I', tn.nspname, t.relname, a.attname)
             FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace tn ON tn.oid = t.relnamespace
                  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
             WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
                   AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
             LIMIT 1) AS owner
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'S' AND n.nspname = ANY ($1)
     ORDER BY 1`,
    [[...schemas]],
  );
}

/** What a server says of itself. */
export interface Server {
  readonly majorVersion: number;
  readonly walLevel: string;
  readonly maxReplicationSlots: number;
  readonly usedReplicationSlots: number;
  readonly maxWalSenders: number;
  readonly largeObjects: number;
}

export async function serverOf(session: Session): Promise<Server> {
  const [row] = await session.query<Server>(
    `SELECT current_setting('server_version_num')::int / 10000 AS "majorVersion", current_setting('wal_level') AS "walLevel",
            current_setting('max_replication_slots')::int AS "maxReplicationSlots",
            (SELECT count(*)::int FROM pg_replication_slots) AS "usedReplicationSlots",
            current_setting('max_wal_senders')::int AS "maxWalSenders",
            (SELECT count(*)::int FROM pg_largeobject_metadata) AS "largeObjects"`,
  );
  if (!row) throw new Error('a SELECT without FROM gives one row');
  return row;
}

import { literal, type Session } from '../postgres/session.ts';
import { OWN_SCHEMA } from '../replication/direction.ts';
import { lsnToNumber, lsnToText, parseMessage, type Relation, type Tuple, type Value } from './pgoutput.ts';

/** One row that a transaction changed. */
export interface Change {
  /** `schema.table`. */
  readonly table: string;
  readonly action: 'insert' | 'update' | 'delete';
  /** What identified the row before, by column. */
  readonly key: Readonly<Record<string, Value>>;
  /** What it became, by column; a column that is not there was left as it was. Null for a deletion. */
  readonly next: Readonly<Record<string, string | null>> | null;
}

/** A transaction in a slot, whole: the server gives one only when it was committed. */
export interface Transaction {
  readonly xid: number;
  /** Where its commit ends in the log. */
  readonly lsn: string;
  /** ISO 8601, by the server's clock. */
  readonly committedAt: string;
  readonly changes: readonly Change[];
  /** Tables that it emptied; TRUNCATE is not replicated, but nobody should overlook it. */
  readonly truncated: readonly string[];
}

/** How many messages are held in memory at a time. */
const BATCH = 500;

/**
 * Reads what a slot has not delivered, and leaves it there. Transactions whose commit ends after `after` are given, in the
 * order of their commits: one that wrote before that point and committed after it is given whole.
 */
export async function* transactionsOf(session: Session, slot: string, publication: string, after: string): AsyncGenerator<Transaction> {
  const beyond = lsnToNumber(after);
  const relations = new Map<number, Relation>();
  await session.query('BEGIN');
  try {
    // The server keeps what it decoded on its own disk, and hands it out in pieces.
    await session.query(
      `DECLARE tandem_salvage NO SCROLL CURSOR FOR
       SELECT data FROM pg_logical_slot_peek_binary_changes(${literal(slot)}, NULL, NULL, 'proto_version', '1', 'publication_names', ${literal(publication)})`,
    );
    let current: { xid: number; committedAt: string; changes: Change[]; truncated: string[]; foreign: boolean } | undefined;
    for (;;) {
      const rows = await session.query<{ data: Buffer }>(`FETCH ${BATCH} FROM tandem_salvage`);
      for (const { data } of rows) {
        const message = parseMessage(data);
        switch (message.kind) {
          case 'begin':
            current = { ...message, changes: [], truncated: [], foreign: false };
            break;
          case 'origin':
            // Came from another server, which has it.
            if (current) current.foreign = true;
            break;
          case 'relation':
            relations.set(message.oid, message.relation);
            break;
          case 'insert':
          case 'update':
          case 'delete': {
            const relation = relations.get(message.oid);
            if (current && relation && relation.schema !== OWN_SCHEMA) current.changes.push(changeOf(relation, message));
            break;
          }
          case 'truncate':
            for (const oid of message.oids) current?.truncated.push(nameOf(relations.get(oid)));
            break;
          case 'commit': {
            const done = current;
            current = undefined;
            if (!done || done.foreign || message.end <= beyond || done.changes.length + done.truncated.length === 0) break;
            const { xid, committedAt, changes, truncated } = done;
            yield { xid, lsn: lsnToText(message.end), committedAt, changes, truncated };
          }
        }
      }
      if (rows.length < BATCH) return;
    }
  } finally {
    await session.query('ROLLBACK').catch(() => undefined);
  }
}

type RowMessage = Extract<ReturnType<typeof parseMessage>, { kind: 'insert' | 'update' | 'delete' }>;

function changeOf(relation: Relation, message: RowMessage): Change {
  const next = message.kind === 'delete' ? null : message.next;
  const before: Tuple = message.kind === 'insert' ? message.next : message.kind === 'delete' ? message.key : (message.key ?? message.next);
  return {
    table: nameOf(relation),
    action: message.kind,
    key: Object.fromEntries(relation.columns.flatMap(({ name, key }, n) => (key ? [[name, before[n]]] : []))),
    next:
      next &&
      Object.fromEntries(
        relation.columns.flatMap(({ name }, n) => {
          const value = next[n];
          return value === undefined ? [] : [[name, value]];
        }),
      ),
  };
}

function nameOf(relation: Relation | undefined): string {
  return relation ? `${relation.schema}.${relation.table}` : 'an unknown table';
}

/** One row, wherever it is changed: its table and its key. */
export function rowId(table: string, key: Change['key']): string {
  return JSON.stringify([table, ...Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

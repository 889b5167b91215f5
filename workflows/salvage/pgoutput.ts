/**
 * The messages of PostgreSQL's own output plugin, protocol version 1, with every value as the text that the server
 * writes: a number or a time that went through JavaScript would not be the same any more.
 * Source: PostgreSQL 16 documentation, "Logical Replication Message Formats".
 */
export type Message =
  | { readonly kind: 'begin'; readonly xid: number; readonly committedAt: string }
  | { readonly kind: 'commit'; readonly end: bigint }
  | { readonly kind: 'origin' }
  | { readonly kind: 'relation'; readonly oid: number; readonly relation: Relation }
  | { readonly kind: 'insert'; readonly oid: number; readonly next: Tuple }
  | { readonly kind: 'update'; readonly oid: number; readonly key: Tuple | null; readonly next: Tuple }
  | { readonly kind: 'delete'; readonly oid: number; readonly key: Tuple }
  | { readonly kind: 'truncate'; readonly oids: readonly number[] }
  | { readonly kind: 'other' };

export interface Relation {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly key: boolean }[];
}

/** A value as text; null is SQL's; undefined a large value that the change left as it was, and that is not in the log. */
export type Value = string | null | undefined;
export type Tuple = readonly Value[];

/** Microseconds from 1970 to 2000, where PostgreSQL's time begins. */
const EPOCH = 946_684_800_000_000n;

export function parseMessage(message: Buffer): Message {
  const reader = new Reader(message);
  switch (reader.letter()) {
    case 'B': {
      reader.long();
      const committedAt = time(reader.long());
      return { kind: 'begin', xid: reader.int(), committedAt };
    }
    case 'C':
      reader.byte();
      reader.long();
      return { kind: 'commit', end: reader.long() };
    case 'O':
      return { kind: 'origin' };
    case 'R': {
      const oid = reader.int();
      const [schema, table] = [reader.text(), reader.text()];
      reader.byte();
      const columns = Array.from({ length: reader.short() }, () => {
        const key = (reader.byte() & 1) === 1;
        const name = reader.text();
        reader.int();
        reader.int();
        return { name, key };
      });
      return { kind: 'relation', oid, relation: { schema: schema === '' ? 'pg_catalog' : schema, table, columns } };
    }
    case 'I': {
      const oid = reader.int();
      reader.letter();
      return { kind: 'insert', oid, next: reader.tuple() };
    }
    case 'U': {
      const oid = reader.int();
      const which = reader.letter();
      if (which === 'N') return { kind: 'update', oid, key: null, next: reader.tuple() };
      const key = reader.tuple();
      reader.letter();
      return { kind: 'update', oid, key, next: reader.tuple() };
    }
    case 'D': {
      const oid = reader.int();
      reader.letter();
      return { kind: 'delete', oid, key: reader.tuple() };
    }
    case 'T': {
      const count = reader.int();
      reader.byte();
      return { kind: 'truncate', oids: Array.from({ length: count }, () => reader.int()) };
    }
    default:
      return { kind: 'other' };
  }
}

class Reader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  byte(): number {
    return this.bytes.readUInt8(this.at++);
  }

  letter(): string {
    return String.fromCharCode(this.byte());
  }

  short(): number {
    this.at += 2;
    return this.bytes.readInt16BE(this.at - 2);
  }

  int(): number {
    this.at += 4;
    return this.bytes.readUInt32BE(this.at - 4);
  }

  long(): bigint {
    this.at += 8;
    return this.bytes.readBigUInt64BE(this.at - 8);
  }

  text(): string {
    const end = this.bytes.indexOf(0, this.at);
    const text = this.bytes.toString('utf8', this.at, end);
    this.at = end + 1;
    return text;
  }

  tuple(): Tuple {
    return Array.from({ length: this.short() }, () => {
      const kind = this.letter();
      if (kind === 'n') return null;
      if (kind === 'u') return undefined;
      const length = this.int();
      this.at += length;
      return this.bytes.toString('utf8', this.at - length, this.at);
    });
  }
}

/** ISO 8601 with microseconds. */
function time(microseconds: bigint): string {
  const unix = BigInt.asIntN(64, microseconds) + EPOCH;
  const fraction = String(((unix % 1_000_000n) + 1_000_000n) % 1_000_000n).padStart(6, '0');
  return `${new Date(Number(unix / 1000n)).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** A position in the write-ahead log as a number. */
export function lsnToNumber(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

/** The same as PostgreSQL writes it, such as `0/16B3748`. */
export function lsnToText(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}`;
}

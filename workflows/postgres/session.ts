import pg from 'pg';
import type { Seconds } from '../../environments/units.ts';

/** How to reach one database as one role. The password is in memory alone. */
export interface Access {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** PEM of the authority that the server's certificate comes from; null speaks without TLS, which only a test may. */
  readonly certificateAuthority: string | null;
}

export interface Limits {
  /** How long a connection may take to come about. */
  readonly connect: Seconds;
  /** How long a statement may wait for a lock. */
  readonly lock: Seconds;
  /** How long a statement may take. */
  readonly statement: Seconds;
}

/** Short enough for a failover; a copy of data sets its own. */
export const LIMITS: Limits = { connect: 5, lock: 5, statement: 15 };

/** One connection of a step. Everything it does is bounded in time. */
export interface Session {
  /** Rows of one statement; values are parameters, never text in the statement. */
  query<Row extends object>(statement: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Runs statements as one transaction: all of them, or none. */
  transaction<T>(run: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What a database answered, or that it did not answer; says which database, and holds no password. */
export class DatabaseError extends Error {
  constructor(
    /** SQLSTATE, or what kept the connection from coming about. */
    readonly code: string,
    message: string,
    readonly where: string,
  ) {
    super(`${where}: ${message}`);
    this.name = 'DatabaseError';
  }
}

/** Where and as whom the driver connects, and whether the server must prove itself. */
export function connectionOf({ certificateAuthority, ...access }: Access): pg.ClientConfig {
  return { ...access, ssl: certificateAuthority === null ? false : { ca: certificateAuthority } };
}

/**
 * Opens a session with its limits set, which the server then enforces.
 * @throws DatabaseError when the server cannot be reached in time, or refuses the role or its password.
 */
export async function openSession(access: Access, purpose: string, limits: Limits = LIMITS): Promise<Session> {
  const where = `${access.user}@${access.host}:${access.port}/${access.database}`;
  const milliseconds = (seconds: Seconds): number => Math.round(seconds * 1000);
  const client = new pg.Client({
    ...connectionOf(access),
    application_name: `tandem ${purpose}`,
    connectionTimeoutMillis: milliseconds(limits.connect),
    lock_timeout: milliseconds(limits.lock),
    statement_timeout: milliseconds(limits.statement),
    // The server may be gone without a word: what it would enforce is enforced here too, a little later.
    query_timeout: milliseconds(limits.statement + 2),
    keepAlive: true,
  });
  // A connection that breaks between two statements is found by the next one.
  client.on('error', () => undefined);
  await client.connect().catch((error: Error) => {
    client.end().catch(() => undefined);
    throw wrap(error, where);
  });
  return session(client, where);
}

function session(client: pg.Client, where: string): Session {
  const one: Session = {
    async query<Row extends object>(statement: string, values: readonly unknown[] = []) {
      try {
        const { rows } = await client.query<Row>(statement, [...values]);
        return rows;
      } catch (error) {
        throw wrap(error as Error, where);
      }
    },
    async transaction(run) {
      await one.query('BEGIN');
      try {
        const result = await run(one);
        await one.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    },
    close: () => client.end().catch(() => undefined),
  };
  return one;
}

/** Runs statements that give no rows: all of them, or none. */
export async function inOneTransaction(session: Session, statements: readonly string[]): Promise<void> {
  await session.transaction(async (transaction) => {
    for (const statement of statements) await transaction.query(statement);
  });
}

/** PostgreSQL's own message names no password; the driver's may name anything, so only its code is kept. */
function wrap(error: Error & { code?: string }, where: string): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const code = error.code ?? (/timeout/i.test(error.message) ? 'TIMEOUT' : 'UNREACHABLE');
  const said = error instanceof pg.DatabaseError ? error.message : (NETWORK[code] ?? 'the connection broke');
  return new DatabaseError(code, said, where);
}

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name does not resolve',
  EAI_AGAIN: 'the name does not resolve at the moment',
  ETIMEDOUT: 'no answer in time',
  TIMEOUT: 'no answer in time',
  EHOSTUNREACH: 'there is no route',
  ENETUNREACH: 'there is no route',
  ECONNRESET: 'the server closed the connection',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate comes from no authority that is trusted here',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate comes from no authority that is trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate comes from no authority that is trusted here',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
  CERT_HAS_EXPIRED: 'the certificate has expired',
};

/** A name as SQL takes it, quoted. */
export function identifier(name: string): string {
  return pg.escapeIdentifier(name);
}

/** A text as SQL takes it, quoted, for statements that take no parameters. */
export function literal(text: string): string {
  return pg.escapeLiteral(text);
}

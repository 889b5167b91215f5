import { identifier } from '../postgres/session.ts';
import type { Direction } from '../replication/direction.ts';

type Writers = Pick<Direction, 'schemas' | 'applicationRole'>;

/** Statements that give the application its writes, to the tables of today and of tomorrow. */
export function grantWrites({ schemas, applicationRole }: Writers): string[] {
  const name = identifier(applicationRole);
  return schemas
    .map(identifier)
    .flatMap((schema) => [
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${name}`,
      `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${name}`,
      `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT INSERT, UPDATE, DELETE ON TABLES TO ${name}`,
    ]);
}

/** Statements that take them away again; it may still read. */
export function revokeWrites({ schemas, applicationRole }: Writers): string[] {
  const name = identifier(applicationRole);
  return schemas
    .map(identifier)
    .flatMap((schema) => [
      `REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA ${schema} FROM ${name}`,
      `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON TABLES FROM ${name}`,
    ]);
}

/** Statements that close a database: no writes, and whoever only reads may log in again after the lease has ended. */
export function closingStatements(writers: Writers): string[] {
  return [...revokeWrites(writers), `ALTER ROLE ${identifier(writers.applicationRole)} VALID UNTIL 'infinity'`];
}

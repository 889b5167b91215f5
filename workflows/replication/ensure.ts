import type { Seconds } from '../../environments/units.ts';
import { revokeWrites } from '../fencing/privileges.ts';
import { installLease } from '../lease/install.ts';
import { guardGrants } from '../lease/sql.ts';
import { exclusively } from '../postgres/exclusively.ts';
import { type Access, DatabaseError, identifier, literal, openSession, type Session } from '../postgres/session.ts';
import { StepError } from '../step-error.ts';
import { tablesOf } from './catalogue.ts';
import { type Direction, HEARTBEAT, OWN_SCHEMA } from './direction.ts';
import { type Obstacle, preflight } from './preflight.ts';
import { createPublication, PUBLISHED, tableList } from './publication.ts';

/** How the subscriber reaches the publisher, which may differ from how the step does. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly sslMode: 'verify-full' | 'verify-ca' | 'require' | 'disable';
}

export interface Ensure {
  /** Administrators of both sides. */
  readonly publisher: Access;
  readonly subscriber: Access;
  readonly endpoint: Endpoint;
  readonly direction: Direction;
  readonly replicationPassword: string;
  /** The role that guards log in with, and its password. */
  readonly guard: { readonly role: string; readonly password: string };
  /** How long a writer's right to write lasts without confirmation. */
  readonly lease: Seconds;
  /** Whether rows that are there already are copied; false where the prepared slot holds all that is missing. */
  readonly copyData: boolean;
}

export interface Ensured {
  /** What was changed, in order; empty when everything was as it should be. */
  readonly changes: readonly string[];
}

/**
 * Makes replication in a direction what it should be. Safe to run again at any time: it looks at both databases,
 * and changes what differs. The publication lists its tables and leaves TRUNCATE out, because a truncated copy
 * must never empty its source.
 * @throws StepError `obstacles`, `other-definition` or `busy`; DatabaseError.
 */
export async function ensureReplication(input: Ensure): Promise<Ensured> {
  const publisher = await openSession(input.publisher, 'replication ensure');
  try {
    const subscriber = await openSession(input.subscriber, 'replication ensure');
    try {
      return await exclusively(publisher, () => exclusively(subscriber, () => reconcile(publisher, subscriber, input)));
    } finally {
      await subscriber.close();
    }
  } finally {
    await publisher.close();
  }
}

async function reconcile(publisher: Session, subscriber: Session, input: Ensure): Promise<Ensured> {
  const { direction } = input;
  const changes: string[] = [];
  let rotated = false;
  const change = async (what: string, session: Session, ...statements: string[]): Promise<void> => {
    for (const statement of statements) await session.query(statement);
    changes.push(what);
  };
  for (const [side, session] of [
    ['publisher', publisher],
    ['subscriber', subscriber],
  ] as const) {
    if (!(await exists(session, `SELECT to_regclass($1) IS NOT NULL AS found`, HEARTBEAT)))
      await change(`${side}: heartbeat table`, session, ...heartbeatTable());
    if (await installLease(session, direction)) changes.push(`${side}: lease`);
    await guardRole(session, side, input, change);
    await sessionLimits(session, side, input, change);
    rotated = (await role(session, side, input, change)) || rotated;
  }
  const obstacles = await preflight(publisher, subscriber, direction);
  // A slot that is there already is not one that is missing.
  const inTheWay = (await slotExists(publisher, direction.slot)) ? obstacles.filter(({ code }) => code !== 'too-few-slots') : obstacles;
  if (inTheWay.length > 0) throw refusal(inTheWay, changes);
  await publication(publisher, direction, change);
  await slot(publisher, direction, change);
  await readOnly(subscriber, direction, change);
  await subscription(subscriber, input, rotated, change);
  return { changes };
}

type Change = (what: string, session: Session, ...statements: string[]) => Promise<void>;

async function exists(session: Session, statement: string, ...values: unknown[]): Promise<boolean> {
  const [row] = await session.query<{ found: boolean }>(statement, values);
  return row?.found === true;
}

function heartbeatTable(): string[] {
  return [
    `CREATE SCHEMA IF NOT EXISTS ${OWN_SCHEMA}`,
    // One row, stamped by the writer: its age on the subscriber is the lag that nothing can hide.
    `CREATE TABLE IF NOT EXISTS ${HEARTBEAT} (id int PRIMARY KEY CHECK (id = 1), at timestamptz NOT NULL, lsn pg_lsn NOT NULL)`,
  ];
}

/** The role that replicates, on both sides, so that the way back needs no new one. Whether its password was changed. */
async function role(
  session: Session,
  side: string,
  { direction, replicationPassword, publisher, subscriber }: Ensure,
  change: Change,
): Promise<boolean> {
  const name = identifier(direction.role);
  const schemas = [...direction.schemas, OWN_SCHEMA].map(identifier);
  if (!(await exists(session, 'SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS found', direction.role)))
    await change(
      `${side}: role ${direction.role}`,
      session,
      `CREATE ROLE ${name} LOGIN PASSWORD ${literal(replicationPassword)}`,
      await replicationRight(session, name),
    );
  const wrong = !(await logsIn({
    ...(side === 'publisher' ? publisher : subscriber),
    user: direction.role,
    password: replicationPassword,
  }));
  if (wrong)
    await change(`${side}: password of ${direction.role}`, session, `ALTER ROLE ${name} LOGIN PASSWORD ${literal(replicationPassword)}`);
  const missing = await session.query<{ schema: string }>(
    `SELECT n.nspname AS schema FROM pg_namespace n
     WHERE n.nspname = ANY ($1) AND (NOT has_schema_privilege($2, n.oid, 'USAGE')
       OR EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p') AND NOT has_table_privilege($2, c.oid, 'SELECT'))
       OR NOT EXISTS (SELECT FROM pg_default_acl d WHERE d.defaclnamespace = n.oid AND d.defaclobjtype = 'r' AND d.defaclacl::text LIKE '%' || $2 || '=%'))`,
    [[...direction.schemas, OWN_SCHEMA], direction.role],
  );
  if (missing.length === 0) return wrong;
  await change(
    `${side}: ${direction.role} reads ${missing.map(({ schema }) => schema).join(', ')}`,
    session,
    // The second is for tables to come: without it a new table would stay empty on the other side.
    ...schemas.flatMap((schema) => [
      `GRANT USAGE ON SCHEMA ${schema} TO ${name}`,
      `GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${name}`,
      `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT SELECT ON TABLES TO ${name}`,
    ]),
  );
  return wrong;
}

/**
 * A server that was frozen and thawed finds statements that were sent to it before: the sessions they came by have been
 * idle for longer than the lease by then, and end before anything is read from them.
 */
async function sessionLimits(session: Session, side: string, { direction, lease }: Ensure, change: Change): Promise<void> {
  const name = identifier(direction.applicationRole);
  const wanted = ['idle_session_timeout', 'idle_in_transaction_session_timeout'].map((limit) => `${limit}=${Math.round(lease * 1000)}`);
  const [role] = await session.query<{ found: string[] | null }>('SELECT rolconfig AS found FROM pg_roles WHERE rolname = $1', [
    direction.applicationRole,
  ]);
  if (!role || wanted.every((setting) => role.found?.includes(setting))) return;
  await change(
    `${side}: sessions of ${direction.applicationRole} end when they were idle for ${lease} s`,
    session,
    ...wanted.map((setting) => `ALTER ROLE ${name} SET ${setting}`),
  );
}

/** The role that guards log in with: it may renew the lease, and nothing else. */
async function guardRole(session: Session, side: string, { guard, publisher, subscriber }: Ensure, change: Change): Promise<void> {
  const name = identifier(guard.role);
  if (!(await exists(session, 'SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS found', guard.role)))
    await change(`${side}: role ${guard.role}`, session, `CREATE ROLE ${name} LOGIN PASSWORD ${literal(guard.password)}`);
  else if (!(await logsIn({ ...(side === 'publisher' ? publisher : subscriber), user: guard.role, password: guard.password })))
    await change(`${side}: password of ${guard.role}`, session, `ALTER ROLE ${name} LOGIN PASSWORD ${literal(guard.password)}`);
  if (
    !(await exists(
      session,
      `SELECT has_function_privilege($1, 'tandem.promise(bigint, float8)', 'EXECUTE') AND has_table_privilege($1, 'tandem.lease', 'SELECT') AS found`,
      guard.role,
    ))
  )
    await change(`${side}: rights of ${guard.role}`, session, ...guardGrants(name));
}

/** RDS grants the right as a role, everybody else as an attribute. */
async function replicationRight(session: Session, name: string): Promise<string> {
  const rds = await exists(session, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_replication') AS found`);
  return rds ? `GRANT rds_replication TO ${name}` : `ALTER ROLE ${name} REPLICATION`;
}

async function logsIn(access: Access): Promise<boolean> {
  try {
    await (await openSession(access, 'password check')).close();
    return true;
  } catch (error) {
    // Another reason is no word about the password.
    if (error instanceof DatabaseError && error.code !== '28P01') throw error;
    return false;
  }
}

/** All tables by name. With `FOR ALL TABLES` an administrator of a managed service would need rights it has not. */
async function publication(publisher: Session, direction: Direction, change: Change): Promise<void> {
  const tables = await tablesOf(publisher, direction.schemas);
  const name = identifier(direction.publication);
  const [found] = await publisher.query<{ everything: boolean; truncates: boolean; changes: boolean }>(
    `SELECT puballtables AS everything, pubtruncate AS truncates, pubinsert AND pubupdate AND pubdelete AS changes
     FROM pg_publication WHERE pubname = $1`,
    [direction.publication],
  );
  if (!found) {
    await change(
      `publisher: publication ${direction.publication} of ${tables.length} tables`,
      publisher,
      createPublication(direction.publication, tables),
    );
    return;
  }
  if (found.everything)
    throw new StepError(
      'other-definition',
      `the publication ${direction.publication} is FOR ALL TABLES`,
      `It would publish whatever anybody creates, and break its updates. Drop it, and run this step again: DROP PUBLICATION ${name}.`,
    );
  const listed = await publisher.query<{ name: string }>(
    `SELECT schemaname || '.' || tablename AS name FROM pg_publication_tables WHERE pubname = $1`,
    [direction.publication],
  );
  const difference = symmetricDifference(new Set(listed.map((row) => row.name)), new Set(tables.map((table) => table.name)));
  if (difference.length > 0)
    await change(
      `publisher: publication lists ${difference.join(', ')}`,
      publisher,
      `ALTER PUBLICATION ${name} SET TABLE ${tableList(tables)}`,
    );
  if (found.truncates || !found.changes)
    await change('publisher: publication leaves TRUNCATE out', publisher, `ALTER PUBLICATION ${name} SET (${PUBLISHED})`);
}

function symmetricDifference(a: ReadonlySet<string>, b: ReadonlySet<string>): string[] {
  return [...[...a].filter((one) => !b.has(one)), ...[...b].filter((one) => !a.has(one))];
}

function slotExists(publisher: Session, name: string): Promise<boolean> {
  return exists(publisher, 'SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1) AS found', name);
}

async function slot(publisher: Session, { slot: name }: Direction, change: Change): Promise<void> {
  const [found] = await publisher.query<{ plugin: string | null; lost: boolean }>(
    `SELECT plugin, coalesce(wal_status = 'lost', false) AS lost FROM pg_replication_slots WHERE slot_name = $1`,
    [name],
  );
  if (!found) {
    await change(`publisher: slot ${name}`, publisher, `SELECT pg_create_logical_replication_slot(${literal(name)}, 'pgoutput')`);
    return;
  }
  if (found.plugin !== 'pgoutput')
    throw new StepError(
      'other-definition',
      `the slot ${name} decodes by ${found.plugin ?? 'nothing'}, not by pgoutput`,
      'Give Tandem’s slot another name, or drop the one that is there.',
    );
  if (found.lost)
    throw new StepError(
      'unreplicated',
      `the slot ${name} was given up: the subscriber was away longer than the publisher may keep write-ahead log`,
      'Nothing can resume from it. Drop the subscription and the slot, empty the copy and let everything be copied anew.',
    );
}

/** A subscriber accepts writes like any server: the application may read there, and no more. */
async function readOnly(subscriber: Session, direction: Direction, change: Change): Promise<void> {
  const { schemas, applicationRole } = direction;
  if (!(await exists(subscriber, 'SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS found', applicationRole))) return;
  const writable = await subscriber.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY ($1)
       AND has_table_privilege($2, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')`,
    [[...schemas], applicationRole],
  );
  if (writable.length === 0) return;
  await change(`subscriber: ${applicationRole} may no longer write to ${writable.length} tables`, subscriber, ...revokeWrites(direction));
}

/** Where the publisher is, for the subscriber. `connect_timeout` is ignored there; a dead link is found by TCP. */
function conninfo({ endpoint, direction, replicationPassword }: Ensure): string {
  const settings: Record<string, string | number> = {
    host: endpoint.host,
    port: endpoint.port,
    dbname: endpoint.database,
    user: direction.role,
    password: replicationPassword,
    sslmode: endpoint.sslMode,
    keepalives_idle: 5,
    keepalives_interval: 5,
    keepalives_count: 3,
    tcp_user_timeout: 15_000,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}='${String(value).replace(/['\\]/g, '\\$&')}'`)
    .join(' ');
}

async function subscription(subscriber: Session, input: Ensure, rotated: boolean, change: Change): Promise<void> {
  const { direction, copyData } = input;
  const name = identifier(direction.subscription);
  const [found] = await subscriber.query<{
    enabled: boolean;
    slot: string | null;
    publications: string[];
    running: boolean;
    stale: boolean;
  }>(
    `SELECT s.subenabled AS enabled, s.subslotname AS slot, s.subpublications AS publications,
            EXISTS (SELECT FROM pg_stat_subscription t WHERE t.subid = s.oid AND t.relid IS NULL AND t.pid IS NOT NULL) AS running,
            EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND (n.nspname = ANY ($2) OR c.oid = to_regclass($3))
                      AND NOT EXISTS (SELECT FROM pg_subscription_rel r WHERE r.srsubid = s.oid AND r.srrelid = c.oid)) AS stale
     FROM pg_subscription s WHERE s.subname = $1 AND s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [direction.subscription, [...direction.schemas], HEARTBEAT],
  );
  if (!found) {
    await change(
      `subscriber: subscription ${direction.subscription}${copyData ? ', copying what is there' : ''}`,
      subscriber,
      `CREATE SUBSCRIPTION ${name} CONNECTION ${literal(conninfo(input))} PUBLICATION ${identifier(direction.publication)}
       WITH (create_slot = false, slot_name = ${literal(direction.slot)}, copy_data = ${copyData})`,
    );
    return;
  }
  if (found.slot !== direction.slot || found.publications.join() !== direction.publication)
    throw new StepError(
      'other-definition',
      `the subscription ${direction.subscription} reads ${found.publications.join(', ')} from the slot ${found.slot ?? 'none'}, not ${direction.publication} from ${direction.slot}`,
      'It belongs to another direction, or to a promotion that did not end. See what the writer record says before you drop it.',
    );
  // A connection that stands keeps its old password until it breaks, and then it is too late.
  if (!found.running || rotated)
    await change(
      'subscriber: connection of the subscription',
      subscriber,
      `ALTER SUBSCRIPTION ${name} CONNECTION ${literal(conninfo(input))}`,
    );
  if (!found.enabled) await change('subscriber: subscription enabled', subscriber, `ALTER SUBSCRIPTION ${name} ENABLE`);
  if (found.stale)
    await change('subscriber: subscription knows the new tables', subscriber, `ALTER SUBSCRIPTION ${name} REFRESH PUBLICATION`);
}

function refusal(obstacles: readonly Obstacle[], changes: readonly string[]): StepError {
  const done = changes.length > 0 ? ` (done already, and harmless: ${changes.join('; ')})` : '';
  return new StepError(
    'obstacles',
    `${obstacles.map(({ where, message }) => `${where} ${message}`).join('; ')}${done}`,
    [...new Set(obstacles.map(({ advice }) => advice))].join(' '),
  );
}

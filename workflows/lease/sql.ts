import { closingStatements, grantWrites } from '../fencing/privileges.ts';
import { literal } from '../postgres/session.ts';
import { type Direction, OWN_SCHEMA } from '../replication/direction.ts';
import { STAMP_HEARTBEAT } from '../replication/heartbeat.ts';

export const LEASE = `${OWN_SCHEMA}.lease`;

/**
 * What a database knows of its own right to take writes, and the functions that change it. Times are of its own
 * clock; nobody else's is compared with them.
 *
 * `closed`: only a step may allow writes again. `ready`: the guard may open them. `open`: the application writes
 * until `until`. `expired`: nobody renewed in time, and the database closed itself; the guard may open it again.
 */
export function leaseStatements(direction: Pick<Direction, 'schemas' | 'applicationRole'>): string[] {
  const execute = (statements: readonly string[]): string => statements.map((one) => `EXECUTE ${literal(one)};`).join('\n    ');
  const closing = closingStatements(direction);
  const definer = `LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp`;
  return [
    `CREATE SCHEMA IF NOT EXISTS ${OWN_SCHEMA}`,
    `CREATE TABLE IF NOT EXISTS ${LEASE} (
       id int PRIMARY KEY CHECK (id = 1),
       epoch bigint NOT NULL,
       state text NOT NULL CHECK (state IN ('closed', 'ready', 'open', 'expired')),
       until timestamptz NOT NULL,
       promotion bigint NOT NULL DEFAULT 0,
       promised_until timestamptz NOT NULL DEFAULT to_timestamp(0))`,
    `INSERT INTO ${LEASE} (id, epoch, state, until) VALUES (1, 0, 'closed', to_timestamp(0)) ON CONFLICT (id) DO NOTHING`,
    // Opens or renews. The limit is a time of this server's clock that was read before the authority was asked.
    `CREATE OR REPLACE FUNCTION ${OWN_SCHEMA}.open_writes(wanted bigint, limit_at timestamptz) RETURNS text ${definer} AS $body$
DECLARE found_lease record;
BEGIN
  SELECT epoch, state INTO found_lease FROM ${LEASE} WHERE id = 1 FOR UPDATE;
  IF found_lease.epoch < wanted THEN RETURN 'behind'; END IF;
  IF found_lease.epoch > wanted THEN RETURN 'stale'; END IF;
  IF found_lease.state = 'closed' THEN RETURN 'closed'; END IF;
  IF clock_timestamp() >= limit_at THEN RETURN 'late'; END IF;
  IF found_lease.state <> 'open' THEN
    ${execute(grantWrites(direction))}
  END IF;
  UPDATE ${LEASE} SET state = 'open', until = CASE WHEN state = 'open' THEN greatest(until, limit_at) ELSE limit_at END WHERE id = 1
  RETURNING until INTO limit_at;
  -- A server that starts anew has nobody who watches: then nobody logs in until a guard has been there.
  EXECUTE format('ALTER ROLE %I VALID UNTIL %L', ${literal(direction.applicationRole)}, limit_at);
  RETURN 'open';
END $body$`,
    `CREATE OR REPLACE FUNCTION ${OWN_SCHEMA}.expire_lease() RETURNS boolean ${definer} AS $body$
BEGIN
  PERFORM 1 FROM ${LEASE} WHERE id = 1 AND state = 'open' AND clock_timestamp() >= until FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  ${execute(closing)}
  UPDATE ${LEASE} SET state = 'expired' WHERE id = 1;
  RETURN true;
END $body$`,
    // A side that was left behind, and returns, closes itself as soon as its guard has heard who writes.
    `CREATE OR REPLACE FUNCTION ${OWN_SCHEMA}.yield_writes(newer bigint) RETURNS boolean ${definer} AS $body$
BEGIN
  PERFORM 1 FROM ${LEASE} WHERE id = 1 AND epoch < newer AND promotion < newer AND state <> 'closed' FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  ${execute(closing)}
  UPDATE ${LEASE} SET state = 'closed' WHERE id = 1;
  RETURN true;
END $body$`,
    // Privileges are looked at when a statement begins: whoever began before they went could still commit.
    `CREATE OR REPLACE FUNCTION ${OWN_SCHEMA}.end_writers() RETURNS int ${definer} AS $body$
DECLARE taken timestamptz := clock_timestamp(); chosen int[]; total int := 0;
BEGIN
  FOR round IN 1..20 LOOP
    PERFORM pg_stat_clear_snapshot();
    SELECT coalesce(array_agg(pid), '{}') INTO chosen FROM pg_stat_activity
    WHERE usename = ${literal(direction.applicationRole)} AND backend_start < taken;
    EXIT WHEN cardinality(chosen) = 0;
    PERFORM pg_terminate_backend(pid, 1000) FROM unnest(chosen) AS pid;
    total := total + cardinality(chosen);
  END LOOP;
  RETURN total;
END $body$`,
    // A planned pause waits for open transactions; one whose client is thinking would hold up everybody.
    `CREATE OR REPLACE FUNCTION ${OWN_SCHEMA}.end_idle_transactions() RETURNS void ${definer} AS $body$
  SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
  WHERE usename = ${literal(direction.applicationRole)} AND state = 'idle in transaction' AND state_change < clock_timestamp() - interval '200 ms'
$body$`.replace('LANGUAGE plpgsql', 'LANGUAGE sql'),
    `CREATE OR REPLACE FUNCTION ${OWN_SCHEMA}.stamp_heartbeat() RETURNS void ${definer} AS $body$
BEGIN
  IF EXISTS (SELECT FROM ${LEASE} WHERE id = 1 AND state = 'open') THEN
    ${STAMP_HEARTBEAT};
  END IF;
END $body$`,
    // Runs in the server, whatever becomes of who called it: the database closes itself when its lease has ended.
    `CREATE OR REPLACE PROCEDURE ${OWN_SCHEMA}.watch_lease(lifetime interval) LANGUAGE plpgsql AS $body$
DECLARE started timestamptz := clock_timestamp(); seen record; younger boolean;
BEGIN
  LOOP
    SELECT state, extract(epoch FROM until - clock_timestamp())::float8 AS remaining INTO seen FROM ${LEASE} WHERE id = 1;
    IF seen.state = 'open' AND seen.remaining <= 0 THEN
      PERFORM ${OWN_SCHEMA}.expire_lease();
      COMMIT;
      PERFORM ${OWN_SCHEMA}.end_writers();
      COMMIT;
    END IF;
    IF clock_timestamp() > started + lifetime THEN
      SELECT EXISTS (SELECT FROM pg_stat_activity other, pg_stat_activity own WHERE own.pid = pg_backend_pid()
                     AND other.application_name = own.application_name AND other.backend_start > own.backend_start) INTO younger;
      IF younger THEN RETURN; END IF;
    END IF;
    COMMIT;
    PERFORM pg_sleep(CASE WHEN seen.state = 'open' AND seen.remaining > 0 THEN least(0.2, seen.remaining + 0.001) ELSE 0.2 END);
  END LOOP;
END $body$`,
    // The other side's guard asks it not to take over for so long, when the authority does not answer that guard.
    `CREATE OR REPLACE FUNCTION ${OWN_SCHEMA}.promise(writer_epoch bigint, seconds float8) RETURNS boolean ${definer} AS $body$
BEGIN
  UPDATE ${LEASE} SET promised_until = greatest(promised_until, clock_timestamp() + make_interval(secs => seconds))
  WHERE id = 1 AND epoch <= writer_epoch AND promotion <= writer_epoch AND state = 'closed';
  RETURN FOUND;
END $body$`,
    ...FUNCTIONS.map((name) => `REVOKE EXECUTE ON FUNCTION ${OWN_SCHEMA}.${name} FROM PUBLIC`),
  ];
}

const FUNCTIONS = [
  'open_writes(bigint, timestamptz)',
  'expire_lease()',
  'end_writers()',
  'end_idle_transactions()',
  'promise(bigint, float8)',
];

/** Statements that let the guard's role do what a guard does, and no more. */
export function guardGrants(role: string): string[] {
  return [
    `GRANT USAGE ON SCHEMA ${OWN_SCHEMA} TO ${role}`,
    `GRANT SELECT ON ${LEASE} TO ${role}`,
    ...FUNCTIONS.map((name) => `GRANT EXECUTE ON FUNCTION ${OWN_SCHEMA}.${name} TO ${role}`),
  ];
}

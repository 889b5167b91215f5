import pg from 'pg';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cloud } from '../../environments/platform.ts';
import { openSession } from '../../workflows/postgres/session.ts';
import { directionOf } from '../../workflows/replication/direction.ts';
import { type Ensure, ensureReplication } from '../../workflows/replication/ensure.ts';
import { stampHeartbeat } from '../../workflows/replication/heartbeat.ts';
import { replicationStatus } from '../../workflows/replication/status.ts';
import { StepError } from '../../workflows/step-error.ts';
import { platformWith } from '../project.ts';
import { eventually, SECRETS, type Server, startPair } from './postgres.ts';

const test = suite('replication');
const platform = platformWith({});

type Pair = Record<Cloud, Server>;

/** What the step is given, from the writer to the other side. */
function from(pair: Pair, writer: Cloud = 'aws', change: Partial<Ensure> = {}): Ensure {
  const direction = directionOf(platform, writer);
  const { admin } = pair[direction.publisher];
  return {
    publisher: admin,
    subscriber: pair[direction.subscriber].admin,
    endpoint: { host: admin.host, port: admin.port, database: admin.database, sslMode: 'disable' },
    direction,
    ...SECRETS,
    replicationPassword: "it's \\ replicated",
    copyData: true,
    ...change,
  };
}

async function withPair(run: (pair: Pair) => Promise<void>): Promise<void> {
  const pair = await startPair();
  try {
    await run(pair);
  } finally {
    await pair.stop();
  }
}

async function stopOf(step: Promise<unknown>): Promise<StepError> {
  try {
    await step;
  } catch (error) {
    if (error instanceof StepError) return error;
    throw error;
  }
  throw new Error('the step did not stop');
}

const count = async (server: Server, table: string): Promise<number> =>
  Number((await server.sql<{ n: string }>(`SELECT count(*) AS n FROM ${table}`))[0]?.n);

test('it is set up from nothing, copies what is there, follows what comes, and changes nothing when run again', () =>
  withPair(async (pair) => {
    await pair.aws.sql('INSERT INTO account SELECT n, 100 FROM generate_series(1, 500) n');
    const { changes } = await ensureReplication(from(pair));
    assert.equal(changes, [
      'publisher: heartbeat table',
      'publisher: lease',
      'publisher: role tandem_guard',
      'publisher: rights of tandem_guard',
      'publisher: sessions of crm_app end when they were idle for 15 s',
      'publisher: role crm_replication',
      'publisher: crm_replication reads public, tandem',
      'subscriber: heartbeat table',
      'subscriber: lease',
      'subscriber: role tandem_guard',
      'subscriber: rights of tandem_guard',
      'subscriber: sessions of crm_app end when they were idle for 15 s',
      'subscriber: role crm_replication',
      'subscriber: crm_replication reads public, tandem',
      'publisher: publication crm_replication of 3 tables',
      'publisher: slot crm_subscription',
      'subscriber: crm_app may no longer write to 2 tables',
      'subscriber: subscription crm_subscription, copying what is there',
    ]);
    await eventually('the copy', async () => (await count(pair.gcp, 'account')) === 500);
    await pair.aws.write(`INSERT INTO transfer (key, amount) VALUES ('a', 1)`);
    await eventually('the row', async () => (await count(pair.gcp, 'transfer')) === 1);
    assert.equal((await ensureReplication(from(pair))).changes, []);
  }));

test('the subscriber takes no writes of the application; without the step it would, and one would stop replication', () =>
  withPair(async (pair) => {
    await pair.gcp.write(`INSERT INTO account VALUES (9001, 1)`);
    await ensureReplication(from(pair));
    await assertRefused(pair.gcp.write(`INSERT INTO account VALUES (9002, 1)`), 'permission denied for table account');
    await assertRefused(pair.gcp.write('TRUNCATE account'), 'permission denied');
    // The row that was written before is the trap: the same key from the writer stops everything behind it.
    await pair.aws.write('INSERT INTO account VALUES (9001, 2)');
    await pair.aws.write('INSERT INTO account VALUES (9003, 2)');
    await eventually(
      'apply errors',
      async () =>
        Number(
          (await pair.gcp.sql<{ n: string }>('SELECT apply_error_count + sync_error_count AS n FROM pg_stat_subscription_stats'))[0]?.n,
        ) > 0,
    );
    assert.equal(await pair.gcp.sql('SELECT id FROM account WHERE id = 9003'), []);
  }));

async function assertRefused(write: Promise<void>, words: string): Promise<void> {
  const message = await write.then(
    () => 'it was accepted',
    (error: Error) => error.message,
  );
  assert.ok(message.includes(words), message);
}

test('a table without a key is refused before its updates would fail on the primary', () =>
  withPair(async (pair) => {
    for (const side of ['aws', 'gcp'] as const) await pair[side].sql('CREATE TABLE job (payload text)');
    // The naive way: everything is published, and from that moment the primary refuses.
    await pair.aws.sql(`INSERT INTO job VALUES ('x')`);
    await pair.aws.sql('CREATE PUBLICATION naive FOR ALL TABLES');
    await assertRefused(pair.aws.sql(`UPDATE job SET payload = 'y'`).then(), 'does not have a replica identity');
    await pair.aws.sql('DROP PUBLICATION naive');
    const stopped = await stopOf(ensureReplication(from(pair)));
    assert.is(stopped.code, 'obstacles');
    assert.match(stopped.message, /publisher public\.job has no primary key/);
    assert.match(stopped.advice, /REPLICA IDENTITY USING INDEX/);
    await pair.aws.sql(`UPDATE job SET payload = 'y'`);
    assert.equal(await pair.aws.sql('SELECT FROM pg_publication'), [], 'nothing was published');
  }));

test('each obstacle is found before anything breaks, and says what to do', () =>
  withPair(async (pair) => {
    await pair.aws.sql(
      'ALTER TABLE account ADD phone text; CREATE TABLE extra (id int PRIMARY KEY); CREATE UNLOGGED TABLE scratch (id int PRIMARY KEY)',
    );
    await pair.gcp.sql('CREATE UNLOGGED TABLE scratch (id int PRIMARY KEY); ALTER TABLE transfer ADD origin text NOT NULL DEFAULT 1');
    await pair.aws.sql(`CREATE SEQUENCE invoice; SELECT lo_create(4711)`);
    const { message, code } = await stopOf(ensureReplication(from(pair)));
    assert.is(code, 'obstacles');
    for (const words of [
      'subscriber public.account phone is missing, not text',
      'subscriber public.extra does not exist',
      'publisher public.scratch is unlogged',
      'subscriber public.transfer origin is not null, and the publisher has no such column',
      'publisher public.invoice is owned by no column',
      '1 large objects',
    ])
      assert.ok(message.includes(words), `${words} is not in: ${message}`);
  }));

test('a new table is published, readable and followed after the step runs again', () =>
  withPair(async (pair) => {
    await ensureReplication(from(pair));
    for (const side of ['gcp', 'aws'] as const) await pair[side].sql('CREATE TABLE note (id int PRIMARY KEY, text text)');
    await pair.aws.sql(`INSERT INTO note VALUES (1, 'before')`);
    const { changes } = await ensureReplication(from(pair));
    assert.equal(changes, ['publisher: publication lists public.note', 'subscriber: subscription knows the new tables']);
    await eventually('the new table', async () => (await count(pair.gcp, 'note')) === 1);
  }));

test('TRUNCATE is not published: an emptied copy never empties its source', () =>
  withPair(async (pair) => {
    await pair.aws.sql('INSERT INTO account VALUES (1, 1)');
    await ensureReplication(from(pair));
    await eventually('the copy', async () => (await count(pair.gcp, 'account')) === 1);
    await pair.aws.sql('TRUNCATE account');
    await pair.aws.sql('INSERT INTO account VALUES (2, 2)');
    await eventually('the next row', async () => (await pair.gcp.sql('SELECT FROM account WHERE id = 2')).length === 1);
    assert.is(await count(pair.gcp, 'account'), 2);
  }));

test('a wrong password is put right, a wrong host is an error that names no password', () =>
  withPair(async (pair) => {
    await ensureReplication(from(pair));
    const { changes } = await ensureReplication(from(pair, 'aws', { replicationPassword: 'rotated' }));
    assert.equal(changes.slice(0, 2), ['publisher: password of crm_replication', 'subscriber: password of crm_replication']);
    assert.ok(changes.includes('subscriber: connection of the subscription'));
    // The connection that stood knew the old password; the next one must know the new one.
    await pair.aws.sql('SELECT pg_terminate_backend(pid) FROM pg_stat_replication');
    await pair.aws.write('INSERT INTO account VALUES (1, 1)');
    await eventually('the row after the rotation', async () => (await count(pair.gcp, 'account')) === 1);
    const wrong = { ...pair.aws.admin, port: 1, password: 'correct horse' };
    const message = await ensureReplication(from(pair, 'aws', { publisher: wrong })).catch((error: Error) => error.message);
    assert.is(message, 'postgres@127.0.0.1:1/crm: nothing listens there');
    const refused = await ensureReplication(from(pair, 'aws', { publisher: { ...pair.aws.admin, password: 'correct horse' } })).catch(
      (error: Error) => error.message,
    );
    assert.match(String(refused), /password authentication failed/);
    assert.not.match(String(refused), /correct horse/);
  }));

test('a subscription or publication of another definition is left alone, and said', () =>
  withPair(async (pair) => {
    await ensureReplication(from(pair));
    const direction = { ...directionOf(platform, 'aws'), slot: 'another' };
    const stopped = await stopOf(ensureReplication(from(pair, 'aws', { direction })));
    assert.is(stopped.code, 'other-definition');
    assert.match(stopped.message, /reads crm_replication from the slot crm_subscription, not crm_replication from another/);
    await pair.aws.sql('CREATE PUBLICATION everything FOR ALL TABLES');
    const all = await stopOf(
      ensureReplication(from(pair, 'aws', { direction: { ...directionOf(platform, 'aws'), publication: 'everything' } })),
    );
    assert.match(all.message, /is FOR ALL TABLES/);
  }));

test('a second operator is told who is at it', () =>
  withPair(async (pair) => {
    const other = await openSession(pair.aws.admin, 'replication ensure');
    await other.query('SELECT pg_advisory_lock($1)', [7_236_452_018]);
    const stopped = await stopOf(ensureReplication(from(pair)));
    assert.is(stopped.code, 'busy');
    assert.match(stopped.message, /^tandem replication ensure, process \d+, since \d\d:\d\d:\d\d UTC is changing replication/);
    await other.close();
    assert.ok((await ensureReplication(from(pair))).changes.length > 0);
  }));

const LIMITS = { lagWarning: 3, lagCritical: 5 };
const statusOf = (pair: Pair) => replicationStatus(pair.aws.admin, pair.gcp.admin, directionOf(platform, 'aws'), LIMITS);

async function beat(server: Server): Promise<void> {
  const session = await openSession(server.admin, 'heartbeat');
  await stampHeartbeat(session);
  await session.close();
}

test('the status is honest: fine, not set up, blocked, failing, and with a side away', () =>
  withPair(async (pair) => {
    assert.equal((await statusOf(pair)).problems, [
      'the slot does not exist: nothing is kept for the subscriber',
      'the subscription is missing',
      'no heartbeat has ever arrived: the lag is not known',
    ]);
    await ensureReplication(from(pair));
    await beat(pair.aws);
    await eventually('replication', async () => (await statusOf(pair)).problems.length === 0);
    assert.is((await statusOf(pair)).publisher?.slot, 'active');

    // Applying is blocked by a lock: replay_lag stands still, the heartbeat does not.
    const locker = new pg.Client({ ...pair.gcp.admin, ssl: false });
    await locker.connect();
    await locker.query('BEGIN; LOCK TABLE account');
    await pair.aws.write('INSERT INTO account VALUES (1, 1)');
    await new Promise((resolve) => setTimeout(resolve, 3500));
    await beat(pair.aws);
    const blocked = await statusOf(pair);
    assert.ok((blocked.subscriber?.heartbeatAge ?? 0) > 3, 'the heartbeat is as old as the block');
    assert.match(blocked.problems.join(), /last heartbeat is \d+\.\d s old, above 3 s/);
    assert.ok((blocked.publisher?.distance ?? 0) > 0);
    await locker.query('ROLLBACK');
    await locker.end();
    await eventually('catching up', async () => (await statusOf(pair)).problems.length === 0);

    // Applying fails: there is no row in pg_stat_replication that could say so.
    await pair.gcp.sql('INSERT INTO account VALUES (2, 2)');
    await pair.aws.write('INSERT INTO account VALUES (2, 2)');
    await eventually('the failure', async () => /applying failed \d+ times/.test((await statusOf(pair)).problems.join()));

    await pair.gcp.sql('ALTER SUBSCRIPTION crm_subscription DISABLE');
    assert.match((await statusOf(pair)).problems.join(), /the subscription is disabled/);
    const away = await replicationStatus({ ...pair.aws.admin, port: 1 }, pair.gcp.admin, directionOf(platform, 'aws'), LIMITS);
    assert.is(away.publisher, null);
    assert.match(away.problems[0] ?? '', /:1\/crm: nothing listens there/);
  }));

test('a slot that was given up is said to be lost, and nothing pretends to resume', () =>
  withPair(async (pair) => {
    await ensureReplication(from(pair));
    await pair.gcp.sql('ALTER SUBSCRIPTION crm_subscription DISABLE');
    await eventually('the worker', async () => (await statusOf(pair)).publisher?.slot === 'inactive');
    await pair.aws.sql(`ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'`);
    await pair.aws.sql('SELECT pg_reload_conf()');
    for (let n = 0; n < 4; n++) {
      await pair.aws.sql(`INSERT INTO transfer (key, amount) SELECT $1 || g, 1 FROM generate_series(1, 20000) g`, [`${n}-`]);
      await pair.aws.sql('SELECT pg_switch_wal()');
      await pair.aws.sql('CHECKPOINT');
    }
    assert.match((await statusOf(pair)).problems.join(), /the slot was given up/);
    const stopped = await stopOf(ensureReplication(from(pair)));
    assert.is(stopped.code, 'unreplicated');
    assert.match(stopped.message, /away longer than the publisher may keep/);
  }));

test.run();

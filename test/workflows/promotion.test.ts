import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cloud } from '../../environments/platform.ts';
import { openSession } from '../../workflows/postgres/session.ts';
import { promote, promotionTo } from '../../workflows/promotion/promote.ts';
import { directionOf } from '../../workflows/replication/direction.ts';
import { ensureReplication } from '../../workflows/replication/ensure.ts';
import { stampHeartbeat } from '../../workflows/replication/heartbeat.ts';
import { platformWith } from '../project.ts';
import { eventually, openAsGuard, SECRETS, type Server, startPair } from './postgres.ts';

const test = suite('promotion');
const platform = platformWith({});
type Pair = Record<Cloud, Server>;

/** Replication from AWS with rows on both sides, and a heartbeat that has arrived. */
async function replicating(pair: Pair): Promise<void> {
  await pair.aws.sql('INSERT INTO account SELECT n, 100 FROM generate_series(1, 50) n');
  const { admin } = pair.aws;
  await ensureReplication({
    publisher: admin,
    subscriber: pair.gcp.admin,
    endpoint: { host: admin.host, port: admin.port, database: admin.database, sslMode: 'disable' },
    direction: directionOf(platform, 'aws'),
    ...SECRETS,
    copyData: true,
  });
  for (let n = 0; n < 20; n++) await pair.aws.write(`INSERT INTO transfer (key, amount) VALUES ($1, 1)`, [`before-${n}`]);
  await beat(pair.aws);
  await eventually('the rows', async () => (await pair.gcp.sql('SELECT FROM transfer')).length === 20);
  await eventually('the heartbeat', async () => (await pair.gcp.sql('SELECT FROM tandem.heartbeat')).length === 1);
}

async function beat(server: Server): Promise<void> {
  const session = await openSession(server.admin, 'heartbeat');
  await stampHeartbeat(session);
  await session.close();
}

const toGcp = (pair: Pair, epoch = 2) => promotionTo(platform, 'gcp', pair.gcp.admin, epoch);

async function withPair(run: (pair: Pair) => Promise<void>): Promise<void> {
  const pair = await startPair();
  try {
    await run(pair);
  } finally {
    await pair.stop();
  }
}

test('from a publisher that hangs: the naive DROP hangs and holds its lock; the step ends it and promotes in seconds', () =>
  withPair(async (pair) => {
    await replicating(pair);
    pair.aws.hang();
    const naive = pair.gcp.sql('DROP SUBSCRIPTION crm_subscription').then(
      () => 'it was dropped',
      (error: Error) => error.message,
    );
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.is(
      (await pair.gcp.sql(`SELECT FROM pg_stat_activity WHERE query LIKE 'DROP SUBSCRIPTION%' AND state = 'active'`)).length,
      1,
      'the naive DROP still hangs',
    );
    const started = performance.now();
    const promoted = await promote(toGcp(pair));
    assert.ok(performance.now() - started < 10_000);
    assert.match(await naive, /terminating connection/);
    assert.match(promoted.changes[0] ?? '', /ended a DROP SUBSCRIPTION that hung/);
    assert.match(promoted.appliedLsn ?? '', /^[0-9A-F]+\/[0-9A-F]+$/);
    assert.ok((promoted.lossWindow ?? 0) > 1.4, `${promoted.lossWindow} s`);
    assert.is(await openAsGuard(pair.gcp, 2), 'open');
    await pair.gcp.write(`INSERT INTO transfer (key, amount) VALUES ('after', 1)`);
  }));

test('from a publisher that refuses: naively it is an error, and the subscription stays', () =>
  withPair(async (pair) => {
    await replicating(pair);
    // In its place nothing listens: the subscription is pointed at a closed port, as after the loss of the server.
    await pair.gcp.sql(`ALTER SUBSCRIPTION crm_subscription CONNECTION 'host=127.0.0.1 port=1 dbname=crm user=crm_replication'`);
    const naive = await pair.gcp.sql('DROP SUBSCRIPTION crm_subscription').catch((error: Error) => error.message);
    assert.match(String(naive), /could not connect/);
    assert.is((await pair.gcp.sql('SELECT FROM pg_subscription')).length, 1);
    await promote(toGcp(pair));
    assert.is((await pair.gcp.sql('SELECT FROM pg_subscription')).length, 0);
    assert.is(
      (await pair.aws.sql(`SELECT FROM pg_replication_slots WHERE slot_name = 'crm_subscription'`)).length,
      1,
      'the record of what was not delivered',
    );
  }));

test('sequences jump by the gap; without it every insert would collide', () =>
  withPair(async (pair) => {
    await replicating(pair);
    const [naive] = await pair.gcp.sql<{ next: string }>(`SELECT nextval('transfer_id_seq') AS next`);
    assert.ok(Number(naive?.next) <= 20, 'sequences are not replicated');
    await promote(toGcp(pair));
    assert.is(await openAsGuard(pair.gcp, 2), 'open');
    await pair.gcp.write(`INSERT INTO transfer (key, amount) VALUES ('after', 1)`);
    const [row] = await pair.gcp.sql<{ id: string }>(`SELECT id FROM transfer WHERE key = 'after'`);
    assert.is(Number(row?.id), 20 + 10_000 + 1);
  }));

test('the slot for the way back exists before the first write, and holds it', () =>
  withPair(async (pair) => {
    await replicating(pair);
    const { changes } = await promote(toGcp(pair));
    const order = [
      'wrote down',
      'dropped the subscription',
      'advanced 1 sequences',
      'publication crm_failback',
      'slot crm_failback',
      'its guard may open it',
    ];
    assert.equal(
      changes.map((change) => order.findIndex((words) => change.startsWith(words))),
      [0, 1, 2, 3, 4, 5],
    );
    assert.is(await openAsGuard(pair.gcp, 2), 'open');
    await pair.gcp.write(`INSERT INTO transfer (key, amount) VALUES ('after', 1)`);
    // Back on the other side by that slot alone, copying nothing.
    await pair.aws.sql('DROP PUBLICATION crm_replication');
    const { admin } = pair.gcp;
    await ensureReplication({
      publisher: admin,
      subscriber: pair.aws.admin,
      endpoint: { host: admin.host, port: admin.port, database: admin.database, sslMode: 'disable' },
      direction: directionOf(platform, 'gcp'),
      ...SECRETS,
      copyData: false,
    });
    await eventually(
      'the row on the returning side',
      async () => (await pair.aws.sql(`SELECT FROM transfer WHERE key = 'after'`)).length === 1,
    );
    assert.is((await pair.aws.sql('SELECT FROM transfer')).length, 21);
  }));

test('run again, it does nothing and gives the same answer; what arrived is not measured anew', () =>
  withPair(async (pair) => {
    await replicating(pair);
    const first = await promote(toGcp(pair));
    assert.is(await openAsGuard(pair.gcp, 2), 'open');
    await pair.gcp.write(`INSERT INTO transfer (key, amount) VALUES ('after', 1)`);
    const second = await promote(toGcp(pair));
    assert.equal(second, { ...first, sequences: 0, changes: [] });
  }));

test('killed after any of its statements, the next run completes it', () =>
  withPair(async (pair) => {
    await replicating(pair);
    // Every place where a process can die leaves the database between two statements: each is made by hand.
    await pair.gcp.sql('ALTER SUBSCRIPTION crm_subscription DISABLE');
    await pair.gcp.sql('ALTER SUBSCRIPTION crm_subscription SET (slot_name = NONE)');
    const { changes } = await promote(toGcp(pair));
    assert.ok(changes.some((change) => change.startsWith('dropped the subscription')));
    await pair.gcp.sql("SELECT pg_drop_replication_slot('crm_failback')");
    await pair.gcp.sql(`UPDATE tandem.lease SET epoch = 1, state = 'closed'`);
    assert.equal(
      (await promote(toGcp(pair))).changes.map((change) => change.slice(0, 10)),
      ['slot crm_f', 'its guard '],
    );
  }));

test('a sequence that no column owns stops it before writes open', () =>
  withPair(async (pair) => {
    await replicating(pair);
    await pair.gcp.sql('CREATE SEQUENCE invoice');
    const message = await promote(toGcp(pair)).catch((error: Error) => error.message);
    assert.match(String(message), /public\.invoice: owned by no column/);
    const refused = await pair.gcp.write(`INSERT INTO transfer (key, amount) VALUES ('x', 1)`).catch((error: Error) => error.message);
    assert.match(String(refused), /permission denied/);
    await pair.gcp.sql('ALTER SEQUENCE invoice OWNED BY account.id');
    await promote(toGcp(pair));
    assert.is(await openAsGuard(pair.gcp, 2), 'open');
    await pair.gcp.write(`INSERT INTO transfer (key, amount) VALUES ('x', 1)`);
  }));

test.run();

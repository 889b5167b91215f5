import pg from 'pg';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cloud } from '../../environments/platform.ts';
import { sqlOnce } from '../../workflows/drill/sql-once.ts';
import { serving, startWorld, type World } from '../../workflows/drill/world.ts';
import type { GuardState } from '../../workflows/guard/guard.ts';
import type { Access } from '../../workflows/postgres/session.ts';
import { bundle } from '../bundle.ts';
import { platformWith } from '../project.ts';
import { eventually } from '../workflows/postgres.ts';
import { realTest } from './parts.ts';

const test = suite('guard');
const LEASE = 2;

async function inWorld(run: (world: World) => Promise<void>): Promise<void> {
  const world = await startWorld({ platform: platformWith({}), command: bundle(), lease: LEASE, interval: 0.4, heartbeat: 0.2 });
  try {
    await run(world);
  } finally {
    await world.remove();
  }
}

const WRITE = `INSERT INTO transfer (key, source, target, amount, epoch) VALUES (gen_random_uuid()::text, 1, 2, 1, 1)`;
const wait = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

async function connected({ certificateAuthority: _, ...access }: Access): Promise<pg.Client> {
  const client = new pg.Client(access);
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** What a client is told that writes through a pool, or that it waits. */
async function outcome(world: World, cloud: Cloud, seconds = 1.5): Promise<string> {
  const done = sqlOnce(world.pooled(cloud, 'inside'), WRITE).then(
    () => 'written',
    (error: Error) => error.message,
  );
  return await Promise.race([done, wait(seconds).then(() => 'waits')]);
}

const stateOf = async (world: World, cloud: Cloud): Promise<GuardState> => {
  const guard = world.guards(cloud).find((one) => one.cloud === cloud);
  if (!guard) throw new Error('no guard');
  return await guard.state();
};

const leaseOn = async (world: World, cloud: Cloud): Promise<string> =>
  (await sqlOnce<{ state: string }>(world.sides[cloud].database.admin, 'SELECT state FROM tandem.lease'))[0]?.state ?? '';

realTest(
  test,
  'cut off from the authority it goes on by the word of the other database; without either, writes stop everywhere',
  ['pgbouncer'],
  () =>
    inWorld(async (world) => {
      world.paths.authority.aws.cut();
      await wait(LEASE * 2);
      assert.is((await stateOf(world, 'aws')).vouchedBy, 'peer');
      assert.is(await outcome(world, 'aws'), 'written');
      world.paths.database.gcp.cut();
      await eventually('the database closes itself', async () => (await leaseOn(world, 'aws')) === 'expired', LEASE + 3);
      assert.is((await stateOf(world, 'aws')).serving, 'held');
      assert.is(await outcome(world, 'aws'), 'waits', 'clients wait, and see no error yet');
      world.paths.database.gcp.heal();
      world.paths.authority.aws.heal();
      await serving(world, 'aws');
      assert.is(await outcome(world, 'aws'), 'written');
    }),
);

realTest(
  test,
  'stopped for longer than its lease it cannot keep the database open, though its pool goes on; woken up it asks first',
  ['pgbouncer'],
  () =>
    inWorld(async (world) => {
      const { guard } = world.sides.aws;
      guard.hang();
      await eventually('the database closes itself', async () => (await leaseOn(world, 'aws')) === 'expired', LEASE + 3);
      assert.match(await outcome(world, 'aws', 5), /permission denied|terminat|server conn/, 'the pool still leads there');
      // Meanwhile somebody else has become the writer: what the guard knew is not true any more when it wakes up.
      await world.authority.claim({ writer: 'gcp', epoch: 2, who: 'a test', why: 'a failover', id: 'theirs' });
      guard.thaw();
      await eventually('it has heard', async () => (await stateOf(world, 'aws').catch(() => null))?.epoch === 2, 10);
      await eventually('it is closed', async () => (await leaseOn(world, 'aws')) === 'closed', 10);
      assert.not.match(guard.logs().split('"epoch":2')[1] ?? '', /writes are served/);
    }),
);

realTest(
  test,
  'started cold without the authority, neither the guard nor a PgBouncer that starts with it serves writes',
  ['pgbouncer'],
  () =>
    inWorld(async (world) => {
      const { pooler, guard } = world.sides.gcp;
      world.paths.authority.gcp.cut();
      await guard.kill();
      await pooler.lose();
      // As it was left by a guard that was killed: the file on disk still leads to the writer.
      await world.sides.gcp.startGuard();
      await eventually('the guard', async () => (await stateOf(world, 'gcp').catch(() => null)) !== null, 10);
      await pooler.restart();
      assert.match(await outcome(world, 'gcp'), /no such database: crm/);
      assert.is((await stateOf(world, 'gcp')).epoch, 0);
      world.paths.authority.gcp.heal();
      await serving(world, 'aws');
      assert.is(await outcome(world, 'gcp'), 'written');
    }),
);

realTest(
  test,
  'a pause ends a transaction that only thinks, where PAUSE alone waits for it; who comes meanwhile waits, and is served at once',
  ['pgbouncer'],
  () =>
    inWorld(async (world) => {
      const thinking = await connected(world.pooled('aws', 'inside'));
      await thinking.query('BEGIN');
      await thinking.query(WRITE);
      const console = await connected({ ...world.sides.aws.pooler.pool.console, database: 'pgbouncer' });
      const naive = await Promise.race([console.query('PAUSE crm').then(() => 'paused'), wait(1.2).then(() => 'blocked')]);
      assert.is(naive, 'blocked');
      // The guard finds its pool paused by nobody that it knows, and lets clients on.
      await wait(1);
      const guard = world.guards('aws').find(({ cloud }) => cloud === 'aws');
      const paused = await guard?.pause(30, 2);
      assert.equal([paused?.serving, paused?.paused], ['held', true]);
      const late = outcome(world, 'aws', 20);
      await wait(0.5);
      const resumed = performance.now();
      await guard?.resume();
      assert.is(await late, 'written');
      assert.ok(performance.now() - resumed < 5000, 'not the fifteen seconds of server_login_retry');
    }),
);

realTest(test, 'its health and its numbers are open, its commands need the token', ['pgbouncer'], () =>
  inWorld(async (world) => {
    const url = world.guards('aws').find(({ cloud }) => cloud === 'aws')?.url ?? '';
    const get = async (path: string, method = 'GET') => await fetch(new URL(path, url), { method });
    assert.equal([(await get('/healthz')).status, (await get('/readyz')).status], [200, 200]);
    const metrics = await (await get('/metrics')).text();
    assert.match(metrics, /^tandem_guard_serving 1$/m);
    assert.match(metrics, /^tandem_guard_epoch 1$/m);
    assert.match(metrics, /^tandem_guard_turns\{by="authority"\} \d+$/m);
    assert.equal(
      [(await get('/state')).status, (await get('/pause', 'POST')).status, (await get('/resume', 'POST')).status],
      [401, 401, 401],
    );
  }),
);

test.run();

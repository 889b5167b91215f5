import pg from 'pg';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cloud } from '../../environments/platform.ts';
import { fence, unfence } from '../../workflows/fencing/fence.ts';
import { beginAsWriter, closeWrites, leaseOf, openWrites, promise, serverClock } from '../../workflows/lease/lease.ts';
import { type Access, openSession, type Session } from '../../workflows/postgres/session.ts';
import { promote, promotionTo } from '../../workflows/promotion/promote.ts';
import { directionOf } from '../../workflows/replication/direction.ts';
import { ensureReplication } from '../../workflows/replication/ensure.ts';
import { platformWith } from '../project.ts';
import { eventually, SECRETS, type Server, startPair } from './postgres.ts';

const test = suite('lease');
const platform = platformWith({});
type Pair = Record<Cloud, Server>;
const WRITE = `INSERT INTO transfer (key, amount) VALUES (gen_random_uuid()::text, 1)`;

const asGuard = (server: Server): Access => ({ ...server.admin, user: SECRETS.guard.role, password: SECRETS.guard.password });

/** AWS has been made the writer of epoch 1, with a lease of so many seconds in the roles; nobody has opened it. */
async function begun(run: (pair: Pair) => Promise<void>, lease = 1): Promise<void> {
  const pair = await startPair();
  try {
    const { admin } = pair.aws;
    await ensureReplication({
      publisher: admin,
      subscriber: pair.gcp.admin,
      endpoint: { host: admin.host, port: admin.port, database: admin.database, sslMode: 'disable' },
      direction: directionOf(platform, 'aws'),
      ...SECRETS,
      lease,
      copyData: true,
    });
    assert.ok(await beginAsWriter(admin, 1));
    await run(pair);
  } finally {
    await pair.stop();
  }
}

async function guarding<T>(server: Server, run: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(asGuard(server), 'guard');
  try {
    return await run(session);
  } finally {
    await session.close();
  }
}

/** A session that watches the lease, as a guard keeps it, and is then left alone. */
async function watcher(server: Server): Promise<pg.Client> {
  const client = new pg.Client({ ...asGuard(server), ssl: false, application_name: 'tandem watch' });
  client.on('error', () => undefined);
  await client.connect();
  client.query(`CALL tandem.watch_lease('1 minute')`).catch(() => undefined);
  return client;
}

const outcomeOf = (done: Promise<unknown>): Promise<string> =>
  done.then(
    () => 'written',
    (error: Error) => error.message,
  );

test('a database whose guard is killed closes itself when the lease has ended, open transactions with it', () =>
  begun(async ({ aws }) => {
    const watching = await watcher(aws);
    await guarding(aws, async (session) => {
      assert.is(await openWrites(session, 1, await serverClock(session), 1), 'open');
    });
    const client = new pg.Client({ ...aws.application, ssl: false });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('BEGIN');
    await client.query(WRITE);
    // Nobody says goodbye: the connection of a killed guard just ends.
    (watching as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    await eventually('closed', async () => /permission denied/.test(await outcomeOf(aws.write(WRITE))), 5);
    assert.match(await outcomeOf(client.query('COMMIT')), /terminat|Connection/i);
    const lease = await guarding(aws, leaseOf);
    assert.is(lease?.state, 'expired');
    // The same guard, once it is confirmed, opens it again.
    await guarding(aws, async (session) => {
      assert.is(await openWrites(session, 1, await serverClock(session), 1), 'open');
    });
    assert.is(await outcomeOf(aws.write(WRITE)), 'written');
  }));

test('an answer that comes too late opens nothing, however long the guard was stopped in between', () =>
  begun(async ({ aws }) => {
    await guarding(aws, async (session) => {
      const before = await serverClock(session);
      await new Promise((resolve) => setTimeout(resolve, 1100));
      assert.is(await openWrites(session, 1, before, 1), 'late');
      assert.is(await openWrites(session, 2, await serverClock(session), 1), 'behind');
    });
  }));

test('what a step has closed no guard opens; what was left behind stays so', () =>
  begun(async ({ aws }) => {
    const direction = directionOf(platform, 'aws');
    await fence({ database: aws.admin, direction, scope: 'writes' });
    await guarding(aws, async (session) => {
      assert.is(await openWrites(session, 1, await serverClock(session), 1), 'closed');
      await unfence({ database: aws.admin, direction });
      assert.is(await openWrites(session, 1, await serverClock(session), 1), 'open');
      await aws.sql('UPDATE tandem.lease SET epoch = 3');
      assert.is(await openWrites(session, 1, await serverClock(session), 1), 'stale');
    });
  }));

test('a guard may renew, and nothing else', () =>
  begun(async ({ aws }) => {
    await guarding(aws, async (session) => {
      for (const statement of [WRITE, `UPDATE tandem.lease SET state = 'open'`, 'SELECT * FROM transfer'])
        assert.match(await outcomeOf(session.query(statement)), /permission denied/);
    });
    const application = await openSession(aws.application, 'application');
    assert.match(await outcomeOf(application.query(`SELECT tandem.open_writes(1, now() + interval '1 hour')`)), /permission denied/);
    await application.close();
  }));

test('a server that was frozen for longer than the lease refuses what was sent to it before, from its first moment on', () =>
  begun(async ({ aws }) => {
    await watcher(aws);
    const connect = async (): Promise<pg.Client> => {
      const client = new pg.Client({ ...aws.application, ssl: false });
      client.on('error', () => undefined);
      await client.connect();
      return client;
    };
    for (let round = 0; round < 5; round++) {
      await guarding(aws, async (session) => {
        assert.is(await openWrites(session, 1, await serverClock(session), 1), 'open');
      });
      const clients = await Promise.all(Array.from({ length: 8 }, connect));
      for (const client of clients) await client.query('SELECT 1');
      const [{ n: before } = { n: -1 }] = await aws.sql<{ n: number }>('SELECT count(*)::int AS n FROM transfer');
      aws.hang();
      const sent = clients.map((client) => outcomeOf(client.query(WRITE)));
      await new Promise((resolve) => setTimeout(resolve, 1500));
      aws.resume();
      const outcomes = await Promise.all(sent);
      assert.ok(
        outcomes.every((outcome) => outcome !== 'written'),
        outcomes.join('; '),
      );
      const [{ n: after } = { n: -2 }] = await aws.sql<{ n: number }>('SELECT count(*)::int AS n FROM transfer');
      assert.is(after, before);
      await eventually('closed', async () => (await guarding(aws, leaseOf))?.state === 'expired', 5);
    }
  }));

test('a server that starts anew after its lease lets no writer in until a guard has closed it', () =>
  begun(async ({ aws }) => {
    await guarding(aws, async (session) => {
      assert.is(await openWrites(session, 1, await serverClock(session), 1), 'open');
    });
    assert.is(await outcomeOf(aws.write(WRITE)), 'written');
    // Nobody watched: as after a restart of the server.
    await new Promise((resolve) => setTimeout(resolve, 1200));
    assert.match(await outcomeOf(aws.write(WRITE)), /password authentication failed/);
    await guarding(aws, (session) => closeWrites(session, null));
    assert.match(await outcomeOf(aws.write(WRITE)), /permission denied/, 'it may read again');
  }));

test('a promise to the other side is kept by the promotion, and none is given once it has begun', () =>
  begun(async ({ gcp }) => {
    await guarding(gcp, async (session) => assert.ok(await promise(session, 1, 1.5)));
    const began = performance.now();
    const waits: string[] = [];
    await promote({ ...promotionTo(platform, 'gcp', gcp.admin, 2), progress: (what) => void waits.push(what) });
    assert.ok(performance.now() - began > 1300);
    assert.match(waits[0] ?? '', /the promise not to take over, .* runs for another 1\.\d s/);
    await guarding(gcp, async (session) => assert.not(await promise(session, 1, 1.5)));
  }));

test.run();

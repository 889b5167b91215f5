import pg from 'pg';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fence, unfence } from '../../workflows/fencing/fence.ts';
import { openAsGuard, startPostgres } from './postgres.ts';

const test = suite('fencing');
const direction = { schemas: ['public'], applicationRole: 'crm_app' };

async function withServer(run: (server: Awaited<ReturnType<typeof startPostgres>>) => Promise<void>): Promise<void> {
  const server = await startPostgres();
  try {
    await run(server);
  } finally {
    await server.stop();
  }
}

async function clientOf({ application }: Awaited<ReturnType<typeof startPostgres>>): Promise<pg.Client> {
  const client = new pg.Client({ ...application, ssl: false });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

const messageOf = (done: Promise<unknown>): Promise<string> =>
  done.then(
    () => 'it was done',
    (error: Error) => error.message,
  );

test('a transaction that wrote before the fence cannot commit after it; taking the privileges alone would let it', () =>
  withServer(async (server) => {
    const write = `INSERT INTO transfer (key, amount) VALUES ('open', 1)`;
    const naive = await clientOf(server);
    await naive.query('BEGIN');
    await naive.query(write);
    await server.sql('REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public FROM crm_app');
    await naive.query('COMMIT');
    assert.is((await server.sql('SELECT FROM transfer')).length, 1, 'the naive way: a write after the "fence"');
    await naive.end();
    await unfence({ database: server.admin, direction });
    assert.is(await openAsGuard(server, 0), 'open');

    const open = await clientOf(server);
    await open.query('BEGIN');
    await open.query(write.replace('open', 'second'));
    const { ended, lsn } = await fence({ database: server.admin, direction, scope: 'writes' });
    assert.is(ended, 1);
    assert.match(await messageOf(open.query('COMMIT')), /terminat|Connection/i);
    assert.is((await server.sql('SELECT FROM transfer')).length, 1);
    assert.match(lsn, /^[0-9A-F]+\/[0-9A-F]+$/);
  }));

test('after it the application reads, and does not write; after everything is fenced it does not come in', () =>
  withServer(async (server) => {
    await fence({ database: server.admin, direction, scope: 'writes' });
    const reader = await clientOf(server);
    await reader.query('SELECT * FROM account');
    assert.match(await messageOf(reader.query('INSERT INTO account VALUES (1, 1)')), /permission denied/);
    await fence({ database: server.admin, direction, scope: 'everything' });
    assert.match(await messageOf(reader.query('SELECT 1')), /terminat|Connection/i);
    assert.match(await messageOf(clientOf(server)), /not permitted to log in/);
    await unfence({ database: server.admin, direction });
    assert.is(await openAsGuard(server, 0), 'open');
    await server.write('INSERT INTO account VALUES (1, 1)');
  }));

test('a table that is made afterwards is fenced as well', () =>
  withServer(async (server) => {
    await server.sql('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT INSERT ON TABLES TO crm_app');
    await fence({ database: server.admin, direction, scope: 'writes' });
    await server.sql('CREATE TABLE later (id int PRIMARY KEY)');
    assert.match(await messageOf(server.write('INSERT INTO later VALUES (1)')), /permission denied/);
  }));

test('run again it changes nothing, and no write comes between', () =>
  withServer(async (server) => {
    const first = await fence({ database: server.admin, direction, scope: 'writes' });
    const second = await fence({ database: server.admin, direction, scope: 'writes' });
    assert.is(second.ended, 0);
    const [row] = await server.sql<{ later: boolean }>('SELECT $1::pg_lsn <= $2::pg_lsn AS later', [first.lsn, second.lsn]);
    assert.ok(row?.later);
  }));

test('writers that keep coming while it works get nothing in once it has answered', () =>
  withServer(async (server) => {
    let stop = false;
    const acknowledged: number[] = [];
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let n = 0; !stop; n++) {
        const key = writer * 100_000 + n;
        const done = await messageOf(server.write('INSERT INTO account VALUES ($1, 0)', [key]));
        if (done === 'it was done') acknowledged.push(key);
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 400));
    await fence({ database: server.admin, direction, scope: 'writes' });
    const [at] = await server.sql<{ n: number }>('SELECT count(*)::int AS n FROM account');
    await new Promise((resolve) => setTimeout(resolve, 300));
    stop = true;
    await Promise.all(writers);
    const rows = await server.sql<{ id: number }>('SELECT id FROM account');
    assert.is(rows.length, at?.n, 'nothing was written after the fence answered');
    assert.ok(acknowledged.length > 10);
    const kept = new Set(rows.map(({ id }) => id));
    assert.ok(
      acknowledged.every((key) => kept.has(key)),
      'and nothing that was acknowledged is missing',
    );
  }));

test.run();

import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cloud } from '../../environments/platform.ts';
import { fence } from '../../workflows/fencing/fence.ts';
import { beginAsWriter } from '../../workflows/lease/lease.ts';
import { promote, promotionTo } from '../../workflows/promotion/promote.ts';
import { directionOf } from '../../workflows/replication/direction.ts';
import { ensureReplication } from '../../workflows/replication/ensure.ts';
import { resync } from '../../workflows/resync/resync.ts';
import { type Salvaged, type SalvagedTransaction, salvage } from '../../workflows/salvage/salvage.ts';
import { platformWith } from '../project.ts';
import { eventually, openAsGuard, SECRETS, type Server, startPair } from './postgres.ts';

const test = suite('salvage');
const platform = platformWith({});
type Pair = Record<Cloud, Server>;

interface World {
  readonly pair: Pair;
  /** From here on nothing arrives at GCP. */
  cut(): Promise<void>;
  promoteGcp(): Promise<void>;
  salvage(): Promise<Salvaged>;
  readonly folder: string;
}

const endpointOf = ({ admin }: Server) => ({ host: admin.host, port: admin.port, database: admin.database, sslMode: 'disable' as const });
const documents = ({ file }: Salvaged): SalvagedTransaction[] =>
  file === null
    ? []
    : readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as SalvagedTransaction);

async function replicating(run: (world: World) => Promise<void>): Promise<void> {
  const pair = await startPair();
  const folder = mkdtempSync(join(tmpdir(), 'tandem-salvage-test-'));
  try {
    for (const { sql } of [pair.aws, pair.gcp])
      await sql('CREATE TABLE note (id int PRIMARY KEY, body text, at timestamptz, amount numeric(20, 4), payload bytea, tags jsonb)');
    await pair.aws.sql('INSERT INTO account SELECT n, 100 FROM generate_series(1, 9) n');
    await ensureReplication({
      publisher: pair.aws.admin,
      subscriber: pair.gcp.admin,
      endpoint: endpointOf(pair.aws),
      direction: directionOf(platform, 'aws'),
      ...SECRETS,
      // A transaction stays open meanwhile, however slow this machine is.
      lease: 60,
      copyData: true,
    });
    await beginAsWriter(pair.aws.admin, 1);
    await openAsGuard(pair.aws, 1);
    await pair.aws.write(`INSERT INTO transfer (key, amount) VALUES ('delivered', 1)`);
    await eventually('the row', async () => (await pair.gcp.sql('SELECT FROM transfer')).length === 1);
    await run({
      pair,
      folder,
      cut: () => pair.gcp.sql('ALTER SUBSCRIPTION crm_subscription DISABLE').then(() => undefined),
      promoteGcp: async () => {
        await promote(promotionTo(platform, 'gcp', pair.gcp.admin, 2));
        assert.is(await openAsGuard(pair.gcp, 2), 'open');
      },
      salvage: async () => {
        await fence({ database: pair.aws.admin, direction: directionOf(platform, 'aws'), scope: 'everything' });
        return await salvage({
          returning: pair.aws.admin,
          primary: pair.gcp.admin,
          from: directionOf(platform, 'aws'),
          to: directionOf(platform, 'gcp'),
          epoch: 2,
          folder,
        });
      },
    });
  } finally {
    await pair.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('a transaction that wrote before the cut and committed after it is found; filtered by rows it would be missed', () =>
  replicating(async ({ pair, cut, promoteGcp, salvage: read }) => {
    const { certificateAuthority: _, ...access } = pair.aws.application;
    const spanning = new pg.Client(access);
    spanning.on('error', () => undefined);
    await spanning.connect();
    await spanning.query('BEGIN');
    await spanning.query(`INSERT INTO transfer (key, amount) VALUES ('spanning', 1)`);
    const [written] = await pair.aws.sql<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
    await pair.aws.write(`INSERT INTO transfer (key, amount) VALUES ('last delivered', 1)`);
    await eventually('the row', async () => (await pair.gcp.sql(`SELECT FROM transfer WHERE key = 'last delivered'`)).length === 1);
    await cut();
    await promoteGcp();
    await spanning.query('COMMIT');
    await spanning.end();
    const [applied] = await pair.gcp.sql<{ naive: boolean; exact: boolean }>(
      'SELECT $1::pg_lsn > applied_lsn AS naive, exact FROM tandem.promotion',
      [written?.lsn],
    );
    assert.equal(applied, { naive: false, exact: true }, 'its row lies before what was applied');
    const found = await read();
    assert.equal([found.transactions, found.rows, found.conflicts], [1, 1, 0]);
    assert.is(documents(found)[0]?.rows[0]?.next?.key, 'spanning');
  }));

test('values are what the server writes: a number, a time, bytes and a document come back as they are', () =>
  replicating(async ({ pair, cut, promoteGcp, salvage: read }) => {
    await cut();
    await promoteGcp();
    const big = 'x'.repeat(9000);
    await pair.aws.write(
      `INSERT INTO note VALUES (1, $1, '2026-11-22 21:40:01.123457+00', 12345678901234.5670, '\\x00ff27', '{"a": [1, null], "b": "it''s"}')`,
      [big],
    );
    // The large value stays where it is, and is not in the log a second time.
    await pair.aws.write('UPDATE note SET amount = 1 WHERE id = 1');
    const found = await read();
    assert.is(statSync(found.file ?? '').mode & 0o777, 0o600, 'only its owner reads it');
    await pair.gcp.sql(readFileSync(found.statements ?? '', 'utf8'));
    const values = 'SELECT body, at::text, amount::text, payload::text, tags::text FROM note';
    assert.equal(await pair.gcp.sql(values), await pair.aws.sql(values));
    assert.is(documents(found)[1]?.rows[0]?.next?.amount, '1.0000');
  }));

test('what the new primary has changed since is for a person to decide, and so is what builds upon it', () =>
  replicating(async ({ pair, cut, promoteGcp, salvage: read }) => {
    await cut();
    await promoteGcp();
    await pair.aws.write('UPDATE account SET balance = 90 WHERE id = 1');
    await pair.aws.write('BEGIN; UPDATE account SET balance = 80 WHERE id = 1; UPDATE account SET balance = 120 WHERE id = 2; COMMIT');
    await pair.aws.write('UPDATE account SET balance = 130 WHERE id = 2');
    await pair.aws.write('DELETE FROM account WHERE id = 3');
    await pair.aws.write('UPDATE account SET balance = 55 WHERE id = 4');
    await pair.gcp.write('UPDATE account SET balance = 1 WHERE id = 1');
    const found = await read();
    assert.equal(
      documents(found).map(({ conflicts, rows }) => [conflicts, ...rows.map(({ key, changedSince }) => `${key.id}:${changedSince}`)]),
      [
        [true, '1:true'],
        [true, '1:true', '2:false'],
        [true, '2:false'],
        [false, '3:false'],
        [false, '4:false'],
      ],
    );
    assert.is(documents(found)[0]?.rows[0]?.current?.balance, '1');
    assert.is(documents(found)[4]?.rows[0]?.current?.balance, '100', 'what it was before');
    await pair.gcp.sql(readFileSync(found.statements ?? '', 'utf8'));
    assert.equal(await pair.gcp.sql('SELECT id, balance FROM account WHERE id < 5 ORDER BY id'), [
      { id: 1, balance: 1 },
      { id: 2, balance: 100 },
      { id: 4, balance: 55 },
    ]);
  }));

test('read again it is the same; where nothing was lost there is no file, and the way back copies nothing', () =>
  replicating(async ({ pair, cut, promoteGcp, salvage: read }) => {
    await cut();
    await promoteGcp();
    const found = await read();
    assert.equal(
      { ...found, after: '' },
      { transactions: 0, rows: 0, conflicts: 0, after: '', exact: true, file: null, statements: null, sha256: null },
    );
    assert.equal(await read(), found);
    await pair.gcp.write(`INSERT INTO transfer (key, amount) VALUES ('after', 1)`);
    const { mode, checksums } = await resync({
      returning: pair.aws.admin,
      primary: pair.gcp.admin,
      from: directionOf(platform, 'aws'),
      to: directionOf(platform, 'gcp'),
      epoch: 2,
      endpoint: endpointOf(pair.gcp),
      ...SECRETS,
      salvaged: found,
      patience: 10,
    });
    assert.is(mode, 'incremental');
    assert.equal(
      checksums.map(({ table, rows, different }) => [table, rows, different.length]),
      [
        ['public.account', 9, 0],
        ['public.note', 0, 0],
        ['public.transfer', 2, 0],
      ],
    );
    assert.is((await pair.aws.sql(`SELECT FROM transfer WHERE key = 'after'`)).length, 1);
  }));

test('followed from where it was although something was lost, both sides differ without an error; the comparison says so', () =>
  replicating(async ({ pair, cut, promoteGcp, salvage: read }) => {
    await cut();
    await promoteGcp();
    await pair.aws.write(`INSERT INTO transfer (key, amount) VALUES ('lost', 1)`);
    const found = await read();
    assert.is(found.transactions, 1);
    const input = {
      returning: pair.aws.admin,
      primary: pair.gcp.admin,
      from: directionOf(platform, 'aws'),
      to: directionOf(platform, 'gcp'),
      epoch: 2,
      endpoint: endpointOf(pair.gcp),
      ...SECRETS,
      patience: 10,
    };
    const naive = await resync({ ...input, salvaged: { transactions: 0 } }).catch((error: Error) => error.message);
    assert.match(String(naive), /public\.transfer: 1 rows differ/);
    assert.is((await pair.aws.sql(`SELECT FROM transfer WHERE key = 'lost'`)).length, 1);
  }));

test('without the slot, nothing is overwritten: it says what is missing', () =>
  replicating(async ({ pair, cut, promoteGcp, salvage: read }) => {
    await cut();
    await promoteGcp();
    await pair.aws.sql(`SELECT pg_drop_replication_slot('crm_subscription')`);
    const message = await read().catch((error: Error) => error.message);
    assert.match(String(message), /the slot crm_subscription of the returning database is not there/);
  }));

test.run();

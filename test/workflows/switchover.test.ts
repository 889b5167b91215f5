import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cloud, otherCloud } from '../../environments/platform.ts';
import type { Authority } from '../../workflows/authority/client.ts';
import { beginAsWriter } from '../../workflows/lease/lease.ts';
import { openSession } from '../../workflows/postgres/session.ts';
import { directionOf } from '../../workflows/replication/direction.ts';
import { ensureReplication } from '../../workflows/replication/ensure.ts';
import { stampHeartbeat } from '../../workflows/replication/heartbeat.ts';
import { type Switchover, switchover } from '../../workflows/switchover/switchover.ts';
import { platformWith } from '../project.ts';
import { startAuthority } from './authority-runtime.ts';
import { eventually, openAsGuard, SECRETS, type Server, startPair } from './postgres.ts';

const test = suite('switchover');
const platform = platformWith({});
type Pair = Record<Cloud, Server>;

const endpointOf = ({ admin }: Server) => ({ host: admin.host, port: admin.port, database: admin.database, sslMode: 'disable' as const });

/** A pool in miniature: clients wait at a gate while it is paused, and their transactions end before a pause is complete. */
class Gate {
  writer: Cloud = 'aws';
  private open = 0;
  private closed: { promise: Promise<void>; release: () => void } | undefined;

  async pause(): Promise<void> {
    let release = (): void => undefined;
    const promise = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.closed = { promise, release };
    while (this.open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  constructor(
    readonly pair: Pair,
    readonly guard: () => Authority,
  ) {}

  /** As a guard does: the writer is what the authority confirms, and its database is opened before clients come. */
  async resume(writer: Cloud): Promise<void> {
    const record = await this.guard()
      .record()
      .catch(() => null);
    if (record?.writer === writer) await openAsGuard(this.pair[writer], record.epoch);
    this.writer = writer;
    this.closed?.release();
    this.closed = undefined;
  }

  async through<T>(work: (writer: Cloud) => Promise<T>): Promise<T> {
    while (this.closed) await this.closed.promise;
    this.open++;
    try {
      return await work(this.writer);
    } finally {
      this.open--;
    }
  }
}

function inputOf({ pair, gate, authority }: World, epoch: number, more: Partial<Switchover> = {}): Switchover {
  const writer = gate.writer;
  const next = otherCloud(writer);
  return {
    old: pair[writer].admin,
    next: pair[next].admin,
    from: directionOf(platform, writer),
    to: directionOf(platform, next),
    endpoint: endpointOf(pair[next]),
    ...SECRETS,
    sequenceGap: 10_000,
    pools: gate,
    authority: authority.runbook,
    claim: { writer: next, epoch, who: 'a person', why: 'a test', id: `switchover-${epoch}` },
    patience: 10,
    ...more,
  };
}

/** Two databases, the authority in its real runtime, and the pool in miniature. */
interface World {
  readonly pair: Pair;
  readonly gate: Gate;
  readonly authority: Awaited<ReturnType<typeof startAuthority>>;
  /** Stops the authority; the record stays. */
  loseAuthority(): Promise<void>;
  /** Starts it again, where its record is. */
  findAuthority(): Promise<World['authority']>;
}

async function replicating(run: (world: World) => Promise<void>): Promise<void> {
  const pair = await startPair();
  const folder = mkdtempSync(join(tmpdir(), 'tandem-switchover-'));
  let authority = await startAuthority(15, folder);
  let running = true;
  const loseAuthority = async (): Promise<void> => {
    if (running) await authority.stop();
    running = false;
  };
  try {
    await authority.runbook.claim({ writer: 'aws', epoch: 1, who: 'a person', why: 'the beginning', id: 'first' });
    await ensureReplication({
      publisher: pair.aws.admin,
      subscriber: pair.gcp.admin,
      endpoint: endpointOf(pair.aws),
      direction: directionOf(platform, 'aws'),
      ...SECRETS,
      copyData: true,
    });
    await beginAsWriter(pair.aws.admin, 1);
    const gate = new Gate(pair, () => authority.guard);
    await gate.resume('aws');
    const session = await openSession(pair.aws.admin, 'heartbeat');
    await stampHeartbeat(session);
    await session.close();
    await run({
      pair,
      gate,
      authority,
      loseAuthority,
      findAuthority: async () => {
        authority = await startAuthority(15, folder);
        running = true;
        return authority;
      },
    });
  } finally {
    await loseAuthority();
    await pair.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const keysOf = async (server: Server): Promise<string[]> =>
  (await server.sql<{ key: string }>('SELECT key FROM transfer ORDER BY key')).map(({ key }) => key);

test('there and back under load: no error, nothing lost, no number given out twice, and both sides equal', () =>
  replicating(async (world) => {
    const { pair, gate } = world;
    const acknowledged: string[] = [];
    const errors: string[] = [];
    let stop = false;
    const clients = Array.from({ length: 4 }, async (_, client) => {
      for (let n = 0; !stop; n++) {
        const key = `${client}-${n}`;
        try {
          await gate.through((writer) => pair[writer].write('INSERT INTO transfer (key, amount) VALUES ($1, 1)', [key]));
          acknowledged.push(key);
        } catch (error) {
          errors.push((error as Error).message);
        }
      }
    });
    const pauses: number[] = [];
    for (const epoch of [2, 3]) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      pauses.push((await switchover(inputOf(world, epoch))).pause);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    stop = true;
    await Promise.all(clients);
    assert.equal(errors, []);
    assert.is(gate.writer, 'aws');
    assert.ok(acknowledged.length > 50, `${acknowledged.length} writes`);
    assert.equal(await keysOf(pair.aws), [...acknowledged].sort(), 'every acknowledged write, once');
    await eventually('the other side', async () => (await keysOf(pair.gcp)).length === acknowledged.length);
    const ids = await pair.aws.sql<{ n: number; d: number }>('SELECT count(*)::int AS n, count(DISTINCT id)::int AS d FROM transfer');
    assert.is(ids[0]?.n, ids[0]?.d);
    assert.ok(pauses.every((pause) => pause > 0));
  }));

const writesAt = async (pair: Pair, cloud: Cloud): Promise<boolean> =>
  await pair[cloud].write(`INSERT INTO transfer (key, amount) VALUES (gen_random_uuid()::text, 1)`).then(
    () => true,
    () => false,
  );

test('when the other side does not catch up, it is given up and the old side writes again', () =>
  replicating(async (world) => {
    const { pair, gate, authority } = world;
    await pair.gcp.sql('ALTER SUBSCRIPTION crm_subscription DISABLE');
    await pair.aws.write(`INSERT INTO transfer (key, amount) VALUES ('held', 1)`);
    const waits: string[] = [];
    const message = await switchover(inputOf(world, 2, { patience: 1, progress: (what) => void waits.push(what) })).catch(
      (error: Error) => error.message,
    );
    assert.match(String(message), /had not arrived within 1 s; the old writer writes again/);
    assert.match(waits[0] ?? '', /^\d+ bytes of write-ahead log have yet to arrive$/);
    assert.equal(await authority.guard.record(), { writer: 'aws', epoch: 1 });
    assert.equal([gate.writer, await writesAt(pair, 'aws'), await writesAt(pair, 'gcp')], ['aws', true, false]);
  }));

test('when somebody else has the epoch, nobody is promoted and the old side does not write again', () =>
  replicating(async (world) => {
    const { pair, authority } = world;
    await authority.runbook.claim({ writer: 'gcp', epoch: 2, who: 'another person', why: 'a failover', id: 'theirs' });
    const message = await switchover(inputOf(world, 2)).catch((error: Error) => error.message);
    assert.match(String(message), /the epoch is 2, and gcp writes; gcp writes in epoch 2, so the old writer stays fenced/);
    assert.is((await pair.gcp.sql('SELECT FROM pg_subscription')).length, 1);
    assert.equal([await writesAt(pair, 'aws'), await writesAt(pair, 'gcp')], [false, false]);
  }));

test('a claim without an answer may have been done: neither side writes until the same claim is answered', () =>
  replicating(async (world) => {
    const { pair, gate, authority } = world;
    // It is done, and the answer is lost on the way back.
    const claim: Switchover['authority']['claim'] = async (wanted) => {
      await authority.runbook.claim(wanted);
      await world.loseAuthority();
      return await authority.runbook.claim(wanted);
    };
    const lost = inputOf(world, 2, { authority: { claim, record: authority.runbook.record } });
    const message = await switchover(lost).catch((error: Error) => error.message);
    assert.match(String(message), /did not answer.*has not said who writes, so the old writer stays fenced/);
    assert.equal([await writesAt(pair, 'aws'), await writesAt(pair, 'gcp')], [false, false]);
    const found = await world.findAuthority();
    await switchover(inputOf(world, 2, { authority: found.runbook }));
    assert.equal([gate.writer, await writesAt(pair, 'aws'), await writesAt(pair, 'gcp')], ['gcp', false, true]);
    assert.is((await found.runbook.history()).length, 2, 'it was one claim');
  }));

test.run();

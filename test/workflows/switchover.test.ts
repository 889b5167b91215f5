import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cloud, otherCloud } from '../../environments/platform.ts';
import { AuthorityRefusal, AuthorityUnreachable } from '../../workflows/authority/client.ts';
import { openSession } from '../../workflows/postgres/session.ts';
import { directionOf } from '../../workflows/replication/direction.ts';
import { ensureReplication } from '../../workflows/replication/ensure.ts';
import { stampHeartbeat } from '../../workflows/replication/heartbeat.ts';
import { type Switchover, switchover } from '../../workflows/switchover/switchover.ts';
import { platformWith } from '../project.ts';
import { eventually, type Server, startPair } from './postgres.ts';

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

  async resume(writer: Cloud): Promise<void> {
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

/** Answers as the authority does, from a record; the real one has tests of its own. */
function authorityOf(writer: Cloud, epoch: number): Switchover['authority'] & { claimed: number } {
  let record = { writer, epoch };
  return {
    claimed: 0,
    record: async () => record,
    async claim(claim) {
      this.claimed++;
      record = { writer: claim.writer, epoch: claim.epoch };
      return { ...record, wait: 0 };
    },
  };
}

function inputOf(pair: Pair, gate: Gate, epoch: number, more: Partial<Switchover> = {}): Switchover {
  const writer = gate.writer;
  const next = otherCloud(writer);
  return {
    old: pair[writer].admin,
    next: pair[next].admin,
    from: directionOf(platform, writer),
    to: directionOf(platform, next),
    endpoint: endpointOf(pair[next]),
    replicationPassword: 'replicated',
    sequenceGap: 10_000,
    pools: gate,
    authority: authorityOf(writer, epoch - 1),
    claim: { writer: next, epoch, who: 'a person', why: 'a test', id: `switchover-${epoch}` },
    patience: 10,
    ...more,
  };
}

async function replicating(run: (pair: Pair, gate: Gate) => Promise<void>): Promise<void> {
  const pair = await startPair();
  try {
    await ensureReplication({
      publisher: pair.aws.admin,
      subscriber: pair.gcp.admin,
      endpoint: endpointOf(pair.aws),
      direction: directionOf(platform, 'aws'),
      replicationPassword: 'replicated',
      copyData: true,
    });
    const session = await openSession(pair.aws.admin, 'heartbeat');
    await stampHeartbeat(session);
    await session.close();
    await run(pair, new Gate());
  } finally {
    await pair.stop();
  }
}

const keysOf = async (server: Server): Promise<string[]> =>
  (await server.sql<{ key: string }>('SELECT key FROM transfer ORDER BY key')).map(({ key }) => key);

test('there and back under load: no error, nothing lost, no number given out twice, and both sides equal', () =>
  replicating(async (pair, gate) => {
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
      pauses.push((await switchover(inputOf(pair, gate, epoch))).pause);
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
  replicating(async (pair, gate) => {
    await pair.gcp.sql('ALTER SUBSCRIPTION crm_subscription DISABLE');
    await pair.aws.write(`INSERT INTO transfer (key, amount) VALUES ('held', 1)`);
    const waits: string[] = [];
    const authority = authorityOf('aws', 1);
    const input = inputOf(pair, gate, 2, { patience: 1, authority, progress: (what) => void waits.push(what) });
    const message = await switchover(input).catch((error: Error) => error.message);
    assert.match(String(message), /had not arrived within 1 s; the old writer writes again/);
    assert.match(waits[0] ?? '', /^\d+ bytes of write-ahead log have yet to arrive$/);
    assert.is(authority.claimed, 0);
    assert.equal([gate.writer, await writesAt(pair, 'aws'), await writesAt(pair, 'gcp')], ['aws', true, false]);
  }));

test('when somebody else has the epoch, nobody is promoted and the old side does not write again', () =>
  replicating(async (pair, gate) => {
    const record = { writer: 'gcp' as const, epoch: 2 };
    const claim = async (): Promise<never> => {
      throw new AuthorityRefusal({ error: 'conflict', message: 'the epoch is 2, and gcp writes', record });
    };
    const message = await switchover(inputOf(pair, gate, 2, { authority: { claim, record: async () => record } })).catch(
      (error: Error) => error.message,
    );
    assert.match(String(message), /gcp writes in epoch 2, so the old writer stays fenced/);
    assert.is((await pair.gcp.sql('SELECT FROM pg_subscription')).length, 1);
    assert.equal([await writesAt(pair, 'aws'), await writesAt(pair, 'gcp')], [false, false]);
  }));

test('a claim without an answer may have been done: neither side writes until the same claim is answered', () =>
  replicating(async (pair, gate) => {
    const authority = authorityOf('aws', 1);
    const silent = {
      record: authority.record,
      claim: async (): Promise<never> => {
        throw new AuthorityUnreachable('nothing within 5 s');
      },
    };
    const message = await switchover(inputOf(pair, gate, 2, { authority: silent })).catch((error: Error) => error.message);
    assert.match(String(message), /has not said who writes, so the old writer stays fenced/);
    assert.equal([await writesAt(pair, 'aws'), await writesAt(pair, 'gcp')], [false, false]);
    await switchover(inputOf(pair, gate, 2, { authority }));
    assert.equal([gate.writer, await writesAt(pair, 'aws'), await writesAt(pair, 'gcp')], ['gcp', false, true]);
  }));

test.run();

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cloud } from '../../environments/platform.ts';
import { AuthorityRefusal, AuthorityUnreachable, authorityAt } from '../../workflows/authority/client.ts';
import type { Claim } from '../../workflows/authority/protocol.ts';
import { startAuthority } from './authority-runtime.ts';

const test = suite('authority');

async function withAuthority(lease: number, run: (authority: Awaited<ReturnType<typeof startAuthority>>) => Promise<void>): Promise<void> {
  const authority = await startAuthority(lease);
  try {
    await run(authority);
  } finally {
    await authority.stop();
  }
}

let ids = 0;
const claim = (writer: Cloud, epoch: number, more: Partial<Claim> = {}): Claim => ({
  writer,
  epoch,
  who: 'a person',
  why: 'a test',
  id: `claim-${ids++}`,
  ...more,
});

async function refusalOf(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return 'it was done';
  } catch (error) {
    return error instanceof AuthorityRefusal ? `${error.refusal.error} ${JSON.stringify(error.refusal.record)}` : String(error);
  }
}

test('epochs grow by one, and each has one writer', () =>
  withAuthority(15, async ({ runbook, guard }) => {
    assert.is(await guard.record(), null);
    assert.match(await refusalOf(runbook.claim(claim('aws', 2))), /^conflict/);
    assert.equal(await runbook.claim(claim('aws', 1)), { writer: 'aws', epoch: 1, wait: 0 });
    assert.is(await refusalOf(runbook.claim(claim('gcp', 1))), 'conflict {"writer":"aws","epoch":1}');
    assert.is((await runbook.claim(claim('gcp', 2))).epoch, 2);
    assert.equal(await guard.record(), { writer: 'gcp', epoch: 2 });
    assert.equal(
      (await runbook.history()).map(({ epoch, writer, who, why }) => [epoch, writer, who, why]),
      [
        [2, 'gcp', 'a person', 'a test'],
        [1, 'aws', 'a person', 'a test'],
      ],
    );
  }));

test('of claims of one epoch at one time exactly one wins, a hundred times', () =>
  withAuthority(15, async ({ runbook, guard }) => {
    for (let epoch = 1; epoch <= 100; epoch++) {
      const outcomes = await Promise.allSettled((['aws', 'gcp', 'aws', 'gcp'] as const).map((cloud) => runbook.claim(claim(cloud, epoch))));
      const won = outcomes.filter(({ status }) => status === 'fulfilled');
      assert.is(won.length, 1, `epoch ${epoch}`);
      assert.equal(await guard.record(), { writer: (won[0] as PromiseFulfilledResult<{ writer: Cloud }>).value.writer, epoch });
    }
  }));

test('a claim says how long the old writer may still write; a confirmation that comes after it is refused', () =>
  withAuthority(3, async ({ runbook, guard }) => {
    await runbook.claim(claim('aws', 1));
    assert.equal(await guard.confirm({ writer: 'aws', epoch: 1 }), { writer: 'aws', epoch: 1, lease: 3 });
    const one = claim('gcp', 2);
    const { wait } = await runbook.claim(one);
    assert.ok(wait > 2 && wait <= 3, `${wait} s`);
    assert.is(await refusalOf(guard.confirm({ writer: 'aws', epoch: 1 })), 'stale {"writer":"gcp","epoch":2}');
    await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    assert.is((await runbook.claim(one)).wait, 0, 'the same claim again: nothing is left of the lease');
    assert.is((await runbook.history()).length, 2, 'and it was no second claim');
  }));

test('a writer that confirmed long ago leaves nothing to wait for', () =>
  withAuthority(1, async ({ runbook, guard }) => {
    await runbook.claim(claim('aws', 1));
    await guard.confirm({ writer: 'aws', epoch: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    assert.is((await runbook.claim(claim('gcp', 2))).wait, 0);
  }));

test('a cloud that promised not to take over waits until its promise ends; the other does not', () =>
  withAuthority(1, async ({ runbook, guard }) => {
    await runbook.claim(claim('aws', 1));
    await guard.promise('gcp', 4);
    await guard.promise('gcp', 1);
    const { wait } = await runbook.claim(claim('gcp', 2));
    assert.ok(wait > 3 && wait <= 4, `${wait} s: a shorter promise takes nothing from a longer one`);
    assert.is((await runbook.claim(claim('aws', 3))).wait, 0);
  }));

test('confirming and claiming take different tokens, and neither takes none', () =>
  withAuthority(15, async ({ runbook, guard, url }) => {
    assert.match(await refusalOf(guard.claim(claim('aws', 1))), /^unauthorized/);
    await runbook.claim(claim('aws', 1));
    assert.match(await refusalOf(runbook.confirm({ writer: 'aws', epoch: 1 })), /^unauthorized/);
    assert.match(await refusalOf(runbook.promise('gcp', 1)), /^unauthorized/);
    for (const token of ['', 'confirm', 'claimss', 'undefined'])
      assert.match(await refusalOf(authorityAt(url, token, 5).record()), /^unauthorized/);
    assert.equal([await runbook.record(), await guard.record()], Array(2).fill({ writer: 'aws', epoch: 1 }));
  }));

test('what is no request is refused with a word, and changes nothing', () =>
  withAuthority(15, async ({ runbook, guard, url }) => {
    await runbook.claim(claim('aws', 1));
    const post = async (path: string, body: string): Promise<number> =>
      (await fetch(new URL(path, url), { method: 'POST', body, headers: { authorization: 'Bearer claims' } })).status;
    for (const body of [
      '',
      'null',
      '[]',
      '"x"',
      '{',
      '{"writer":"azure","epoch":2}',
      '{"writer":"gcp","epoch":"2"}',
      '{"writer":"gcp","epoch":2.5}',
      '{"writer":"gcp","epoch":2}',
    ])
      assert.is(await post('/v1/claim', body), 400, body);
    assert.is(await post('/v1/other', '{}'), 404);
    assert.match(await refusalOf(guard.promise('gcp', -1)), /^bad-request/);
    assert.equal(await guard.record(), { writer: 'aws', epoch: 1 });
  }));

test('the record survives the runtime', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-authority-'));
  try {
    const first = await startAuthority(15, folder);
    await first.runbook.claim(claim('gcp', 1));
    await first.stop();
    const second = await startAuthority(15, folder);
    assert.equal(await second.guard.record(), { writer: 'gcp', epoch: 1 });
    assert.match(await refusalOf(second.runbook.claim(claim('aws', 1))), /^conflict/);
    await second.stop();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('an authority that is away, or silent, is said to be within the time that was given', async () => {
  const started = performance.now();
  // An address of documentation, which nothing answers on; refused at once or silent, as the network has it.
  await authorityAt('http://127.0.0.1:1', 'confirms', 1)
    .record()
    .then(
      () => assert.unreachable(),
      (error) => assert.instance(error, AuthorityUnreachable),
    );
  assert.ok(performance.now() - started < 2000);
});

test('whatever is asked in whatever order, epochs never go back and never have two writers', () =>
  withAuthority(1, async ({ runbook, guard }) => {
    const cloud = fc.constantFrom<Cloud>('aws', 'gcp');
    const action = fc.oneof(
      fc.record({ kind: fc.constant('claim' as const), cloud, ahead: fc.integer({ min: -1, max: 2 }), id: fc.constantFrom('a', 'b', 'c') }),
      fc.record({ kind: fc.constant('confirm' as const), cloud, ahead: fc.integer({ min: -1, max: 1 }), id: fc.constant('') }),
    );
    const writers = new Map<number, Cloud>();
    let epoch = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 20 }), async (actions) => {
        await Promise.all(
          actions.map(async ({ kind, cloud: who, ahead, id }) => {
            const wanted = epoch + ahead;
            if (kind === 'confirm') return await guard.confirm({ writer: who, epoch: wanted }).catch(() => undefined);
            const claimed = await runbook.claim(claim(who, wanted, { id: `${id}-${wanted}-${who}` })).catch(() => undefined);
            if (!claimed) return undefined;
            assert.is(writers.get(claimed.epoch) ?? claimed.writer, claimed.writer, `two writers in epoch ${claimed.epoch}`);
            writers.set(claimed.epoch, claimed.writer);
            return claimed;
          }),
        );
        const record = await guard.record();
        assert.ok((record?.epoch ?? 0) >= epoch, 'the epoch went back');
        if (record) assert.is(writers.get(record.epoch), record.writer);
        epoch = record?.epoch ?? 0;
      }),
      { numRuns: 60 },
    );
  }));

test.run();

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type DrillResult, runDrill } from '../../workflows/drill/drill.ts';
import { SCENARIOS } from '../../workflows/drill/scenarios.ts';
import { bundle } from '../bundle.ts';
import { platformWith } from '../project.ts';
import { realTest } from './parts.ts';

const test = suite('drills');

async function drill(name: string): Promise<DrillResult> {
  const scenario = SCENARIOS.find((one) => one.name === name);
  assert.ok(scenario, name);
  const timeline: string[] = [];
  try {
    return await runDrill(scenario, {
      platform: platformWith({}),
      command: bundle(),
      lease: 4,
      clients: 8,
      note: (at, what) => void timeline.push(`${at.toFixed(2)} ${what}`),
      signal: new AbortController().signal,
    });
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${timeline.join('\n')}`);
  }
}

/** What holds in every drill. */
function sound(result: DrillResult): void {
  assert.equal(result.violations, []);
  assert.is(result.lost, result.salvaged, 'what is not on the writer is in the salvage file');
  assert.ok(result.attempts.acknowledged > 200, `${result.attempts.acknowledged} writes`);
}

realTest(test, 'a switchover under load, there and back: no client sees an error, and nothing is lost', ['pgbouncer'], async () => {
  const result = await drill('switchover');
  sound(result);
  assert.equal([result.attempts.refused, result.attempts.unknown, result.lost], [0, 0, 0]);
  assert.is(result.pauses.length, 2);
});

for (const name of ['aws-lost', 'aws-hung', 'aws-partitioned'])
  realTest(
    test,
    `${name}: the other side takes over once the lease has ended, and the lost side comes back as its copy`,
    ['pgbouncer'],
    async () => {
      const result = await drill(name);
      sound(result);
      assert.ok(result.rto !== null && result.rto > 0, `${result.rto} s`);
      assert.equal(
        result.phases.map(({ phase }) => phase),
        ['detect', 'claim', 'fence', 'promote', 'serve', 'traffic'],
      );
    },
  );

realTest(test, 'gcp-lost: the writer goes on, and GCP catches up', ['pgbouncer'], async () => {
  const result = await drill('gcp-lost');
  sound(result);
  assert.is(result.lost, 0);
});

realTest(test, 'slot-lost: what can never resume is copied anew, while the writer goes on', ['pgbouncer'], async () => {
  const result = await drill('slot-lost');
  sound(result);
  assert.ok(result.timeline.some(({ what }) => what.startsWith('emptied 3 tables of the subscriber, whose slot was given up')));
});

realTest(test, 'failback-clean: nothing undelivered, so nothing is copied, and AWS writes again', ['pgbouncer'], async () => {
  const result = await drill('failback-clean');
  sound(result);
  assert.is(result.lost, 0);
  assert.ok(result.timeline.some(({ what }) => what === 'aws follows again, from where it was'));
  assert.is(result.pauses.length, 1);
});

realTest(test, 'failback-with-loss: the salvage file is complete, AWS is copied anew, and writes again', ['pgbouncer'], async () => {
  const result = await drill('failback-with-loss');
  sound(result);
  assert.ok(result.lost > 0, 'replication was cut, so something must be lost');
  assert.ok(result.timeline.some(({ what }) => what === 'aws follows again, copied anew'));
});

const left = (): string[] => readdirSync(tmpdir()).filter((name) => /^tandem-(drill|postgres|pgbouncer|salvage)-/.test(name));

for (const seconds of [1, 4, 7])
  realTest(test, `interrupted after ${seconds} s, a drill leaves no process and no file`, ['pgbouncer'], async () => {
    const before = left();
    const child = spawn(process.execPath, [bundle(), 'drill', 'local', '--scenario', 'aws-hung', '--env', 'production', '--lease', '4s']);
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    setTimeout(() => child.kill('SIGINT'), seconds * 1000);
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.is(code, 2);
    assert.match(said, /interrupted: every process was ended, and every file removed/);
    assert.equal(left(), before);
  });

test.run();

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from '../bundle.ts';
import { platformWith } from '../project.ts';
import { realTest } from './parts.ts';
import { runSchedule, scheduleOf, startTrial } from './schedules.ts';

const test = suite('schedules');
const COUNT = Number(process.env.TANDEM_SCHEDULES ?? 6);
const SEED = Number(process.env.TANDEM_SEED ?? Date.now() % 1_000_000);

/** Runs schedules one after the other in one world; `next` gives the numbers, so that several worlds share them. */
async function worker(next: () => number | undefined): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-trial-'));
  const trial = await startTrial(
    {
      platform: platformWith({}),
      command: bundle(),
      lease: 1.5,
      interval: 0.35,
      heartbeat: 0.2,
      settings: { track_commit_timestamp: 'on' },
    },
    folder,
  );
  try {
    for (let seed = next(); seed !== undefined; seed = next()) {
      const schedule = scheduleOf(seed);
      const violations = await runSchedule(trial, schedule).catch((error: Error) => {
        throw new Error(`schedule ${seed} (${JSON.stringify(schedule)}): ${error.message}`);
      });
      assert.equal(violations, [], `schedule ${JSON.stringify(schedule)}`);
    }
    return trial.attempts.filter(({ outcome }) => outcome === 'acknowledged').length;
  } finally {
    await trial.world.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

realTest(
  test,
  `${COUNT} schedules of moves, faults, kills and restarts: no rule is broken, whatever clients saw`,
  ['pgbouncer'],
  async () => {
    let given = 0;
    const next = (): number | undefined => (given < COUNT ? SEED + given++ : undefined);
    const acknowledged = await Promise.all([worker(next), worker(next)]);
    process.stdout.write(`\n  seeds from ${SEED}; ${acknowledged[0] + acknowledged[1]} writes acknowledged\n `);
    assert.ok(acknowledged[0] + acknowledged[1] > COUNT * 50, `${acknowledged} writes`);
  },
);

test.run();

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { salvagedIn } from '../../workflows/drill/evidence.ts';
import { recover, strike } from '../../workflows/drill/faults.ts';
import type { Violation } from '../../workflows/drill/history.ts';
import { failoverIn, resyncIn, salvageIn, switchoverIn } from '../../workflows/drill/operations.ts';
import { pause } from '../../workflows/drill/parts.ts';
import { sqlOnce } from '../../workflows/drill/sql-once.ts';
import { serving } from '../../workflows/drill/world.ts';
import { failover, MEASURES } from '../../workflows/failover/failover.ts';
import { guarded, resync } from '../../workflows/resync/resync.ts';
import { salvage } from '../../workflows/salvage/salvage.ts';
import { switchover } from '../../workflows/switchover/switchover.ts';
import { bundle } from '../bundle.ts';
import { platformWith } from '../project.ts';
import { realTest } from './parts.ts';
import { startTrial, type Trial, underLoad, verdict } from './schedules.ts';

/** Each safety measure is left out once: then the checker must find what it was good for. */
const test = suite('measures');

async function inTrial(run: (trial: Trial) => Promise<void>): Promise<readonly Violation[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-trial-'));
  const trial = await startTrial(
    { platform: platformWith({}), command: bundle(), lease: 3, interval: 0.7, heartbeat: 0.2, settings: { track_commit_timestamp: 'on' } },
    folder,
  );
  try {
    await run(trial);
    // Where nothing follows any more, there is nothing to compare.
    return await verdict(trial).catch(() => verdict(trial, false));
  } finally {
    await trial.world.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

const rulesOf = (violations: readonly Violation[]): string[] => [...new Set(violations.map(({ rule }) => rule))].sort();

/** AWS is cut off, GCP takes over; clients work in both clouds. */
async function partitioned(trial: Trial, take: (trial: Trial) => Promise<unknown>): Promise<void> {
  await underLoad(trial, 1, async () => {
    await pause(500);
    await strike(trial.world, 'aws', 'partitioned');
    await take(trial);
    Object.assign(trial, { writer: 'gcp', epoch: 2 });
    await pause(800);
  });
}

/** AWS comes back, and is brought back as the follower. */
async function bringBack(trial: Trial, guard: typeof guarded = guarded): Promise<void> {
  const { world, folder } = trial;
  await recover(world, 'aws', 'partitioned');
  await pause(1500);
  const salvaged = await salvage(salvageIn(world, 'aws', 2, folder));
  trial.salvaged.push(...salvagedIn(salvaged));
  await resync({ ...resyncIn(world, 'aws', 2), salvaged }, guard);
}

realTest(test, 'with every measure there is no violation', ['pgbouncer'], async () => {
  const violations = await inTrial(async (trial) => {
    await partitioned(trial, ({ world }) => failover(failoverIn(world, 'gcp', 2)));
    await bringBack(trial);
  });
  assert.equal(violations, []);
});

realTest(test, 'without waiting for the lease, two sides write', ['pgbouncer'], async () => {
  const violations = await inTrial(async (trial) => {
    await partitioned(trial, ({ world }) => failover(failoverIn(world, 'gcp', 2), { ...MEASURES, wait: async () => undefined }));
    await bringBack(trial);
  });
  assert.ok(rulesOf(violations).includes('two-writers'), JSON.stringify(violations));
});

realTest(test, 'without the fence, a planned move loses what is written meanwhile', ['pgbouncer'], async () => {
  const violations = await inTrial(async (trial) => {
    const { world } = trial;
    await underLoad(trial, 2, async () => {
      await pause(300);
      // A pool whose guard is started anew in the middle is not held any more: the database itself must refuse.
      const input = switchoverIn(world, 'gcp', 2, 10);
      const pools = { ...input.pools, pause: async () => undefined };
      await switchover({ ...input, pools }, { fence: async ({ database }) => ({ lsn: await endOf(database), ended: 0 }) });
      Object.assign(trial, { writer: 'gcp', epoch: 2 });
      await pause(500);
    });
  });
  assert.ok(
    rulesOf(violations).some((rule) => rule === 'lost' || rule === 'two-writers' || rule === 'diverged'),
    JSON.stringify(violations),
  );
});

async function endOf(access: Parameters<typeof sqlOnce>[0]): Promise<string> {
  const [row] = await sqlOnce<{ lsn: string }>(access, 'SELECT pg_current_wal_insert_lsn()::text AS lsn');
  return row?.lsn ?? '0/0';
}

realTest(test, 'without the gap, numbers that the lost side gave out are given out again', ['pgbouncer'], async () => {
  const violations = await inTrial(async (trial) => {
    // Nothing arrives any more, so that AWS gives out numbers that GCP does not know of.
    trial.world.paths.replication.aws.cut();
    await partitioned(trial, ({ world }) => failover({ ...failoverIn(world, 'gcp', 2), sequenceGap: 0 }));
    await bringBack(trial);
  });
  assert.ok(rulesOf(violations).includes('collision'), JSON.stringify(violations));
});

realTest(test, 'without a slot for the way back before writes open, what is written first never arrives', ['pgbouncer'], async () => {
  const violations = await inTrial(async (trial) => {
    const { world } = trial;
    for (const guard of world.guards('gcp')) await guard.pause(30, 1);
    await pause(500);
    await partitioned(trial, async () => {
      await failover(failoverIn(world, 'gcp', 2));
      await sqlOnce(world.sides.gcp.database.admin, `SELECT pg_drop_replication_slot('crm_failback')`);
    });
    await sqlOnce(world.sides.gcp.database.admin, `SELECT pg_create_logical_replication_slot('crm_failback', 'pgoutput')`);
    // It would be found out at once by the comparison that ends a resync.
    await bringBack(trial).catch(() => undefined);
  });
  assert.ok(rulesOf(violations).includes('diverged'), JSON.stringify(violations));
});

realTest(test, 'without its guard, emptying the copy empties the writer that still follows it', ['pgbouncer'], async () => {
  const violations = await inTrial(async (trial) => {
    const { world } = trial;
    await partitioned(trial, () => failover(failoverIn(world, 'gcp', 2)));
    await recover(world, 'aws', 'partitioned');
    await pause(1500);
    // Somebody let GCP follow AWS again, with TRUNCATE published as it is by default.
    const { aws, gcp } = world.sides;
    await sqlOnce(aws.database.admin, 'CREATE PUBLICATION naive FOR TABLE account, transfer');
    const { host, port, database, user, password } = aws.database.admin;
    await sqlOnce(
      gcp.database.admin,
      `CREATE SUBSCRIPTION naive CONNECTION 'host=${host} port=${port} dbname=${database} user=${user} password=${password}' PUBLICATION naive WITH (copy_data = false)`,
    );
    const refused = await bringBack(trial).catch((error: Error) => error.message);
    assert.match(String(refused), /still followed|has the subscription naive/, 'with the guard it is refused');
    const salvaged = { transactions: 1 };
    await resync({ ...resyncIn(world, 'aws', 2), salvaged }, async () => undefined).catch(() => undefined);
    await pause(1000);
  });
  assert.ok(rulesOf(violations).includes('lost'), JSON.stringify(violations));
});

realTest(test, 'without a closed start, a side that comes back writes on', ['pgbouncer'], async () => {
  const violations = await inTrial(async (trial) => {
    const { world } = trial;
    await underLoad(trial, 3, async () => {
      await pause(500);
      await strike(world, 'aws', 'lost');
      await failover(failoverIn(world, 'gcp', 2));
      Object.assign(trial, { writer: 'gcp', epoch: 2 });
      const { database, pooler } = world.sides.aws;
      // As a guard would that trusted what it knew when it was ended: the database open, the pool as it was.
      await database.restart();
      await sqlOnce(database.admin, `SELECT tandem.open_writes(1, clock_timestamp() + interval '1 minute')`);
      await pooler.restart();
      const { file, database: name, entries } = pooler.pool;
      await (await import('node:fs/promises')).writeFile(file, `[databases]\n${name} = ${entries.aws}\n`);
      await sqlOnce({ ...pooler.pool.console, database: 'pgbouncer' }, 'RELOAD');
      await pause(4500);
    });
    await recover(world, 'aws', 'partitioned');
    await world.sides.aws.startGuard();
    await serving(world, 'gcp');
    const salvaged = await salvage(salvageIn(world, 'aws', 2, trial.folder));
    trial.salvaged.push(...salvagedIn(salvaged));
    await resync({ ...resyncIn(world, 'aws', 2), salvaged });
  });
  assert.ok(rulesOf(violations).includes('two-writers'), JSON.stringify(violations));
});

test.run();

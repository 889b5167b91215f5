import { type Cloud, otherCloud } from '../../environments/platform.ts';
import { reseed } from '../resync/reseed.ts';
import { resync } from '../resync/resync.ts';
import type { Drill, Scenario } from './drill.ts';
import { type Fault, recover, strike } from './faults.ts';
import { reseedIn, resyncIn } from './operations.ts';
import { pause } from './parts.ts';
import { sqlOnce } from './sql-once.ts';

/** The writer's cloud is struck; it is noticed, decided at once, and the other one takes over. */
async function takeOver(drill: Drill, fault: Fault): Promise<void> {
  const { edge, world, writer } = drill;
  const to = otherCloud(writer);
  drill.note(`fault: ${writer} is ${fault}`);
  const struck = performance.now();
  await strike(world, writer, fault);
  await drill.until(`health checks notice that ${writer} is ${fault}`, () => !edge.healthy(writer));
  drill.phase('detect', (performance.now() - struck) / 1000);
  drill.note(`health checks say that ${writer} is down; the failover is decided`);
  await drill.failover(to);
}

/** The struck cloud is back: it stays closed, what it had not delivered is read back, and it becomes a copy. */
async function comeBack(drill: Drill, returning: Cloud, fault: Fault): Promise<void> {
  const { world, epoch } = drill;
  await recover(world, returning, fault);
  drill.note(`${returning} is back, and closed`);
  await closed(drill, returning);
  await drill.remember(drill.writer);
  const salvaged = await drill.salvage(returning);
  const { mode } = await resync({ ...resyncIn(world, returning, epoch, drill.note), salvaged });
  drill.note(`${returning} follows again, ${mode === 'copy' ? 'copied anew' : 'from where it was'}`);
}

/** AWS is lost, GCP takes over; AWS comes back, and takes the writes back. */
async function thereAndBack(drill: Drill): Promise<void> {
  await takeOver(drill, 'lost');
  await drill.wait(2);
  await comeBack(drill, 'aws', 'lost');
  await drill.switchover('aws');
  await drill.wait(1.5);
  await drill.compare();
}

/** Its guard has heard who writes, and has closed the database. */
async function closed({ world, until }: Drill, cloud: Cloud): Promise<void> {
  await until(`${cloud} closes itself`, async () => {
    const [lease] = await sqlOnce<{ state: string }>(world.sides[cloud].database.admin, 'SELECT state FROM tandem.lease').catch(() => []);
    return lease?.state === 'closed';
  });
}

function lost(fault: Fault): Scenario['run'] {
  return async (drill) => {
    await takeOver(drill, fault);
    await drill.wait(2);
    await comeBack(drill, otherCloud(drill.writer), fault);
    await drill.compare();
  };
}

const switchoverScenario: Scenario = {
  name: 'switchover',
  summary: 'the writer moves to GCP and back as planned, under load',
  run: async (drill) => {
    await drill.switchover('gcp');
    await drill.wait(2);
    await drill.switchover('aws');
    await drill.wait(1.5);
    await drill.compare();
  },
};

const gcpLost: Scenario = {
  name: 'gcp-lost',
  summary: 'GCP is lost: nothing to promote; users go to AWS, and GCP catches up when it returns',
  run: async (drill) => {
    const { world, edge } = drill;
    const struck = performance.now();
    drill.note('fault: gcp is lost');
    await strike(world, 'gcp', 'lost');
    await drill.until('health checks notice that gcp is lost', () => !edge.healthy('gcp'));
    drill.phase('detect', (performance.now() - struck) / 1000);
    drill.note('health checks say that gcp is down; users go to aws');
    await drill.wait(3);
    await recover(world, 'gcp', 'lost');
    drill.note('gcp is back');
    await drill.until('users are sent to gcp again', () => edge.healthy('gcp'));
    await drill.wait(1);
    await drill.compare();
  },
};

const slotLost: Scenario = {
  name: 'slot-lost',
  summary: 'GCP is away for longer than AWS may keep its log: the slot is given up, and GCP is copied anew',
  settings: { max_slot_wal_keep_size: '16MB', min_wal_size: '32MB', max_wal_size: '48MB', checkpoint_timeout: '30s' },
  run: async (drill) => {
    const { world } = drill;
    const { admin } = world.sides.aws.database;
    drill.note('fault: gcp is partitioned');
    await strike(world, 'gcp', 'partitioned');
    const slot = async (): Promise<string | undefined> =>
      (
        await sqlOnce<{ status: string }>(
          admin,
          `SELECT wal_status AS status FROM pg_replication_slots WHERE slot_name = 'crm_subscription'`,
        )
      )[0]?.status;
    await drill.until(
      'the slot is given up',
      async () => {
        // A day of writes in a moment.
        await sqlOnce(admin, `SELECT pg_logical_emit_message(false, 'drill', repeat('x', 4000000)) FROM generate_series(1, 2)`);
        await sqlOnce(admin, 'SELECT pg_switch_wal()');
        await sqlOnce(admin, 'CHECKPOINT');
        return (await slot()) === 'lost';
      },
      60,
    );
    drill.note('aws has given the slot up, and goes on writing');
    await recover(world, 'gcp', 'partitioned');
    await drill.wait(1);
    const checksums = await reseed(reseedIn(world, 'aws', drill.note));
    drill.note(`gcp is copied anew: ${checksums.map(({ table, rows }) => `${table} ${rows} rows`).join(', ')}`);
    await drill.wait(1);
    await drill.compare();
  },
};

const failbackClean: Scenario = {
  name: 'failback-clean',
  summary: 'AWS is lost with nothing undelivered; it follows from where it was, and takes the writes back',
  run: async (drill) => {
    const { world } = drill;
    // Held for a moment, so that everything has arrived when AWS goes.
    drill.note('clients are held until GCP has everything');
    await Promise.all(world.guards('gcp').map((guard) => guard.pause(60, 2)));
    await pause(500);
    await thereAndBack(drill);
  },
};

const failbackWithLoss: Scenario = {
  name: 'failback-with-loss',
  summary: 'AWS is lost with transactions that never arrived; they are read back, AWS is copied anew and takes the writes back',
  run: async (drill) => {
    const { world } = drill;
    drill.note('replication is cut for two seconds while AWS goes on writing');
    world.paths.replication.aws.cut();
    await drill.wait(2);
    await thereAndBack(drill);
  },
};

export const SCENARIOS: readonly Scenario[] = [
  switchoverScenario,
  { name: 'aws-lost', summary: 'AWS is killed; GCP takes over', run: lost('lost') },
  { name: 'aws-hung', summary: 'AWS hangs with all it has, and comes back to life after GCP took over', run: lost('hung') },
  { name: 'aws-partitioned', summary: 'AWS is cut off, alive on both sides; GCP takes over', run: lost('partitioned') },
  gcpLost,
  slotLost,
  failbackClean,
  failbackWithLoss,
];

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { CLOUDS, type Cloud, otherCloud } from '../../environments/platform.ts';
import { balancesOn, committedOn, salvagedIn } from '../../workflows/drill/evidence.ts';
import { type Fault, recover, strike } from '../../workflows/drill/faults.ts';
import { type Attempt, type Committed, check, type Read, type Violation } from '../../workflows/drill/history.ts';
import { pause } from '../../workflows/drill/parts.ts';
import { ACCOUNTS, BALANCE } from '../../workflows/drill/schema.ts';
import { sqlOnce } from '../../workflows/drill/sql-once.ts';
import { startWorkload } from '../../workflows/drill/workload.ts';
import { serving, startWorld, type World, type WorldOptions } from '../../workflows/drill/world.ts';
import { openSession } from '../../workflows/postgres/session.ts';
import { directionOf } from '../../workflows/replication/direction.ts';
import { compareTables } from '../../workflows/resync/checksums.ts';
import { untilCaughtUp } from '../../workflows/resync/resync.ts';
import { SAME_TEXT } from '../../workflows/salvage/salvage.ts';
import type { Description, StepRequest } from './step-process.ts';

/** Numbers that follow from a seed, so that a schedule can be run again. */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export type Fate = 'none' | 'guard-killed' | 'guard-frozen' | 'pooler-killed';

export interface Schedule {
  readonly seed: number;
  readonly move: 'switchover' | Fault | 'database-hung' | 'follower-lost';
  /** How long clients work before, and how long before something else happens. Milliseconds. */
  readonly before: number;
  /** After how long a step is killed, each time it is started; it is started again until it ends. */
  readonly kills: readonly number[];
  /** What happens to a guard or a pool meanwhile, where, and when. */
  readonly fate: Fate;
  readonly where: Cloud;
  readonly when: number;
  /** How long the struck cloud stays so after the other has taken over. */
  readonly after: number;
  readonly clientSeed: number;
}

export function scheduleOf(seed: number): Schedule {
  const random = numbersFrom(seed);
  const one = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  return {
    seed,
    move: one(['switchover', 'switchover', 'lost', 'hung', 'partitioned', 'partitioned', 'database-hung', 'follower-lost']),
    before: 150 + random() * 500,
    kills: Array.from({ length: Math.floor(random() * 4) }, () => 150 + random() * 1800),
    fate: one(['none', 'guard-killed', 'guard-frozen', 'pooler-killed', 'none']),
    where: one(CLOUDS),
    when: random() * 1500,
    after: random() * 800,
    clientSeed: Math.floor(random() * 2 ** 31),
  };
}

/** A world that lives through one schedule after another, and everything that its clients ever saw. */
export interface Trial {
  readonly world: World;
  readonly attempts: Attempt[];
  readonly reads: Read[];
  readonly salvaged: Committed[];
  readonly times: Map<string, number>;
  readonly folder: string;
  writer: Cloud;
  epoch: number;
  clients: number;
}

export async function startTrial(options: WorldOptions, folder: string): Promise<Trial> {
  return {
    world: await startWorld(options),
    attempts: [],
    reads: [],
    salvaged: [],
    times: new Map(),
    folder,
    writer: 'aws',
    epoch: 1,
    clients: 0,
  };
}

/** Clients that work in both clouds while something happens. */
export async function underLoad<T>(trial: Trial, seed: number, run: () => Promise<T>): Promise<T> {
  const generation = trial.clients++;
  const { world } = trial;
  const workload = startWorkload({
    clients: 6,
    prefix: `${generation}:`,
    route: (client) => {
      const cloud: Cloud = client % 2 === 0 ? 'aws' : 'gcp';
      return { cloud, access: world.pooled(cloud, 'inside') };
    },
    patience: 4,
    think: 0.01,
    random: numbersFrom(seed),
  });
  try {
    return await run();
  } finally {
    await workload.stop();
    trial.attempts.push(...workload.attempts);
    trial.reads.push(...workload.reads);
  }
}

/** Runs a schedule: the move, whatever else happens, and the way back to two sides that are the same. */
export async function runSchedule(trial: Trial, schedule: Schedule): Promise<readonly Violation[]> {
  const { world } = trial;
  await underLoad(trial, schedule.clientSeed, async () => {
    await pause(schedule.before);
    const disturbed = disturb(world, schedule);
    await move(trial, schedule);
    await disturbed;
    await serving(world, trial.writer, 30);
    await pause(200);
  });
  return await verdict(trial);
}

async function disturb(world: World, { fate, where, when }: Schedule): Promise<void> {
  await pause(when);
  const side = world.sides[where];
  switch (fate) {
    case 'none':
      return;
    case 'guard-killed':
      await side.guard.kill();
      await pause(300);
      return await side.startGuard();
    case 'guard-frozen':
      side.guard.hang();
      await pause(world.options.lease * 1000 * 1.6);
      return side.guard.thaw();
    case 'pooler-killed':
      // Started again at once, as in a cluster; unless its machine is gone.
      return await side.pooler.program.kill();
  }
}

async function move(trial: Trial, schedule: Schedule): Promise<void> {
  const { world } = trial;
  const [old, next] = [trial.writer, otherCloud(trial.writer)];
  switch (schedule.move) {
    case 'switchover': {
      await insist(trial, 'switchover', next, trial.epoch + 1, schedule.kills);
      trial.writer = next;
      trial.epoch++;
      return;
    }
    case 'follower-lost':
      await strike(world, next, 'lost');
      await pause(500 + schedule.after);
      return await recover(world, next, 'lost');
    case 'database-hung':
      world.sides[old].database.program.hang();
      break;
    default:
      await strike(world, old, schedule.move);
  }
  const fault = schedule.move;
  await pause(100);
  await insist(trial, 'failover', next, trial.epoch + 1, schedule.kills);
  trial.writer = next;
  trial.epoch++;
  await pause(schedule.after);
  if (fault === 'database-hung') world.sides[old].database.program.thaw();
  else await recover(world, old, fault);
  await closed(world, old);
  await remember(trial);
  await insist(trial, 'bring-back', old, trial.epoch, schedule.kills);
}

async function closed(world: World, cloud: Cloud): Promise<void> {
  for (let waited = 0; ; waited += 50) {
    const [lease] = await sqlOnce<{ state: string }>(world.sides[cloud].database.admin, 'SELECT state FROM tandem.lease').catch(() => []);
    if (lease?.state === 'closed') return;
    if (waited > 20_000)
      throw new Error(`${cloud} has not closed itself within 20 s: ${lease?.state}; ${world.sides[cloud].guard.logs().slice(-1000)}`);
    await pause(50);
  }
}

/** Starts a step again and again, as an operator would, until it has ended well; it is killed where the schedule says. */
export async function insist(
  trial: Trial,
  kind: StepRequest['kind'],
  cloud: Cloud,
  epoch: number,
  kills: readonly number[],
): Promise<void> {
  const errors: string[] = [];
  for (let run = 0; run < kills.length + 40; run++) {
    const killAfter = kills[run];
    const ended = await stepProcess({ kind, cloud, epoch, folder: trial.folder, reach: describe(trial.world) }, killAfter);
    if (kind === 'bring-back') await collect(trial, epoch);
    if (ended.ok) return;
    if (ended.error) {
      errors.push(ended.error);
      await pause(250);
    }
    // A switchover that was given up has claimed nothing: the next attempt is the same one.
  }
  throw new Error(`${kind} of ${cloud}, epoch ${epoch}, did not end: ${errors.slice(-3).join(' | ')}`);
}

let script: string | undefined;

/** The step's process as one file, so that it starts in a moment. */
function stepScript(): string {
  if (script) return script;
  script = join(mkdtempSync(join(tmpdir(), 'tandem-step-')), 'step.cjs');
  process.once('exit', () => rmSync(join(script ?? '', '..'), { recursive: true, force: true }));
  buildSync({
    entryPoints: [fileURLToPath(new URL('step-process.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['pg-native', 'miniflare'],
    outfile: script,
    logLevel: 'error',
  });
  return script;
}

function stepProcess(request: StepRequest, killAfter: number | undefined): Promise<{ ok: boolean; error: string | null }> {
  return new Promise((resolve) => {
    const child: ChildProcess = spawn(process.execPath, [stepScript(), JSON.stringify(request)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        out += chunk;
      });
    const timer = setTimeout(() => child.kill('SIGKILL'), killAfter ?? 90_000);
    child.on('close', (code) => {
      clearTimeout(timer);
      const last = out.trim().split('\n').at(-1) ?? '';
      resolve({ ok: code === 0, error: code === 0 || (code === null && killAfter !== undefined) ? null : last.slice(0, 600) });
    });
  });
}

function describe({ platform, secrets, admin, endpoint, access, sides: _, guards }: World): Description {
  const both = <T>(make: (cloud: Cloud) => T): Record<Cloud, T> => ({ aws: make('aws'), gcp: make('gcp') });
  const urls = both((from) => guards(from));
  return {
    platform,
    secrets,
    admins: both((cloud) => both((from) => admin(cloud, from))),
    endpoints: both(endpoint),
    ...access,
    guards: both((cloud) => both((from) => urls[from].find((guard) => guard.cloud === cloud)?.url ?? '')),
  };
}

/** What salvage files say, each once. */
async function collect(trial: Trial, epoch: number): Promise<void> {
  const name = `salvage-epoch-${epoch}.jsonl`;
  if (!readdirSync(trial.folder).includes(name)) return;
  const known = new Set(trial.salvaged.map(({ key }) => key));
  for (const row of salvagedIn({ file: join(trial.folder, name) })) if (!known.has(row.key)) trial.salvaged.push(row);
}

async function remember(trial: Trial): Promise<void> {
  for (const { key, at } of await committedOn(trial.world, trial.writer))
    if (at !== null && !trial.times.has(key)) trial.times.set(key, at);
}

/** Judges everything since the beginning. */
export async function verdict(trial: Trial, compare = true): Promise<readonly Violation[]> {
  const { world, writer } = trial;
  await remember(trial);
  return check({
    attempts: trial.attempts,
    reads: trial.reads,
    final: await committedOn(world, writer),
    salvaged: trial.salvaged,
    times: trial.times,
    balances: await balancesOn(world, writer),
    accounts: ACCOUNTS,
    balance: BALANCE,
    different: compare ? await different(trial) : null,
  });
}

async function different({ world, writer }: Trial): Promise<readonly string[]> {
  const direction = directionOf(world.platform, writer);
  const [first, second] = [
    await openSession(world.admin(writer, writer), 'test'),
    await openSession(world.admin(otherCloud(writer), otherCloud(writer)), 'test'),
  ];
  try {
    for (const session of [first, second]) for (const setting of SAME_TEXT) await session.query(setting);
    const caughtUp = (): Promise<void> => untilCaughtUp(first, direction, { patience: 20 });
    await caughtUp();
    return (await compareTables(first, second, direction.schemas, caughtUp)).flatMap(({ table, different: rows }) =>
      rows.length > 0 ? [table] : [],
    );
  } finally {
    await first.close();
    await second.close();
  }
}

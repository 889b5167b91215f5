import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cloud, otherCloud, type Platform } from '../../environments/platform.ts';
import type { Seconds } from '../../environments/units.ts';
import { type FailedOver, failover } from '../failover/failover.ts';
import { openSession } from '../postgres/session.ts';
import { directionOf } from '../replication/direction.ts';
import { compareTables } from '../resync/checksums.ts';
import { untilCaughtUp } from '../resync/resync.ts';
import { SAME_TEXT, type Salvaged, salvage } from '../salvage/salvage.ts';
import { type Switched, switchover } from '../switchover/switchover.ts';
import { routeTo } from '../traffic/load-balancer.ts';
import { type Edge, startEdge } from './edge.ts';
import { balancesOn, committedOn, salvagedIn } from './evidence.ts';
import { type Attempt, type Committed, check, type Violation } from './history.ts';
import { failoverIn, salvageIn, switchoverIn } from './operations.ts';
import { pause } from './parts.ts';
import { ACCOUNTS, BALANCE } from './schema.ts';
import { startWorkload, type Workload } from './workload.ts';
import { serving, startWorld, type World } from './world.ts';

export interface DrillOptions {
  readonly platform: Platform;
  readonly command: string;
  readonly lease: Seconds;
  readonly clients: number;
  /** Called with every line of the timeline. */
  note(at: Seconds, what: string): void;
  /** Ends the drill when it is interrupted. */
  readonly signal: AbortSignal;
}

/** A phase of a recovery, in the order in which they come. */
export interface Phase {
  readonly phase: string;
  readonly seconds: Seconds;
}

export interface DrillResult {
  readonly scenario: string;
  readonly clients: number;
  readonly attempts: Readonly<Record<Attempt['outcome'], number>>;
  /** Seconds from the last acknowledged write before to the first one after; null where the writer did not move. */
  readonly rto: Seconds | null;
  /** Seconds for which clients were held in a planned move, one a move. */
  readonly pauses: readonly Seconds[];
  /** Acknowledged writes that were not on the new writer. */
  readonly lost: number;
  /** How many of those the salvage file has. */
  readonly salvaged: number;
  readonly phases: readonly Phase[];
  readonly violations: readonly Violation[];
  readonly timeline: readonly { readonly at: Seconds; readonly what: string }[];
}

/** A drill as a scenario sees it. */
export interface Drill {
  readonly world: World;
  readonly edge: Edge;
  readonly workload: Workload;
  readonly folder: string;
  epoch: number;
  writer: Cloud;
  note(what: string): void;
  /** Waits, and ends at once when the drill is interrupted. */
  wait(seconds: Seconds): Promise<void>;
  /** Waits for something to hold, and says what for when it does not come. */
  until(what: string, holds: () => boolean | Promise<boolean>, seconds?: Seconds): Promise<void>;
  phase(name: string, seconds: Seconds): void;
  failover(to: Cloud): Promise<FailedOver>;
  switchover(to: Cloud): Promise<Switched>;
  salvage(returning: Cloud): Promise<Salvaged>;
  /** Keeps commit times, before a copy made anew loses them. */
  remember(cloud: Cloud): Promise<void>;
  /** Compares the tables of both sides once the follower has everything. */
  compare(): Promise<void>;
}

export interface Scenario {
  readonly name: string;
  readonly summary: string;
  readonly settings?: Readonly<Record<string, string>>;
  run(drill: Drill): Promise<void>;
}

/** Runs a scenario in a world of its own, and judges what its clients saw. Leaves nothing behind. */
export async function runDrill(scenario: Scenario, options: DrillOptions): Promise<DrillResult> {
  const began = performance.now();
  const timeline: { at: Seconds; what: string }[] = [];
  let lastWait = Number.NEGATIVE_INFINITY;
  const note = (what: string): void => {
    const at = (performance.now() - began) / 1000;
    // How much has yet to arrive is said once a second.
    if (/have yet to arrive$/.test(what)) {
      if (at - lastWait < 1) return;
      lastWait = at;
    }
    timeline.push({ at, what });
    options.note(at, what);
  };
  const interrupted = new Promise<never>((_, reject) => {
    const stop = (): void => reject(new Interrupted());
    if (options.signal.aborted) stop();
    options.signal.addEventListener('abort', stop, { once: true });
  });
  interrupted.catch(() => undefined);
  const closing: (() => Promise<void>)[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'tandem-salvage-'));
  closing.push(async () => rmSync(folder, { recursive: true, force: true }));
  const close = async (): Promise<void> => {
    for (const one of closing.splice(0).reverse()) await one();
  };
  const go = (): void => {
    if (options.signal.aborted) throw new Interrupted();
  };
  const work = (async (): Promise<DrillResult> => {
    note('two databases, two pools, two guards and the authority start');
    const starting = startWorld({
      platform: options.platform,
      command: options.command,
      lease: options.lease,
      interval: options.lease / 4,
      heartbeat: 0.25,
      settings: { track_commit_timestamp: 'on', ...scenario.settings },
    });
    closing.push(() =>
      starting.then(
        (world) => world.remove(),
        () => undefined,
      ),
    );
    const world = await starting;
    go();
    const edge = await startEdge({
      origins: { aws: `http://127.0.0.1:${world.paths.guard.aws.port}`, gcp: `http://127.0.0.1:${world.paths.guard.gcp.port}` },
      interval: 0.5,
      timeout: 0.5,
      consecutiveDown: 2,
      consecutiveUp: 2,
    });
    closing.push(() => edge.close());
    go();
    // Half of the clients are users; the others are programs inside each cloud, which nobody sends elsewhere.
    const workload = startWorkload({
      clients: options.clients,
      route: (client) => {
        const inside: Cloud = client % 4 === 1 ? 'aws' : 'gcp';
        const cloud = client % 2 === 0 ? edge.route(client / 2) : inside;
        return { cloud, access: world.pooled(cloud, client % 2 === 0 ? 'edge' : 'inside') };
      },
      patience: 20,
      think: 0.005,
      random: Math.random,
    });
    closing.push(() => Promise.race([workload.stop(), pause(1000)]));
    const state = judged(world, edge, workload, folder, note, options.signal);
    note('AWS writes, GCP follows, clients work');
    await state.drill.wait(1.5);
    await scenario.run(state.drill);
    return await state.verdict(scenario, options.clients, timeline);
  })();
  work.catch(() => undefined);
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    await close();
    // What was under way when it was interrupted ends with an error of its own.
    await Promise.race([work.catch(() => undefined), pause(1000)]);
    await close();
  }
}

/** Somebody has ended the drill. */
export class Interrupted extends Error {
  constructor() {
    super('the drill was interrupted');
    this.name = 'Interrupted';
  }
}

function judged(world: World, edge: Edge, workload: Workload, folder: string, note: (what: string) => void, signal: AbortSignal) {
  const phases: Phase[] = [];
  const pauses: Seconds[] = [];
  const salvaged: Committed[] = [];
  const times = new Map<string, number>();
  let different: readonly string[] | null = null;
  const wait = async (seconds: Seconds): Promise<void> => {
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end && !signal.aborted) await pause(Math.min(50, end - performance.now()));
    if (signal.aborted) throw new Interrupted();
  };
  const drill: Drill = {
    world,
    edge,
    workload,
    folder,
    epoch: 1,
    writer: 'aws',
    note,
    wait,
    until: async (what, holds, seconds = 30) => {
      const end = performance.now() + seconds * 1000;
      while (!(await holds())) {
        if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
        await wait(0.02);
      }
    },
    phase: (name, seconds) => void phases.push({ phase: name, seconds }),
    failover: async (to) => {
      const done = await failover(failoverIn(world, to, drill.epoch + 1, note));
      drill.epoch++;
      drill.writer = to;
      for (const [name, seconds] of Object.entries(done.phases)) phases.push({ phase: name, seconds });
      const balanced = performance.now();
      await routeTo(edge.balancer, to, otherCloud(to));
      phases.push({ phase: 'traffic', seconds: (performance.now() - balanced) / 1000 });
      note(`${to} serves: old writer stopped by ${done.fenced === 'confirmed' ? 'its own word' : 'its lease'}`);
      return done;
    },
    switchover: async (to) => {
      const done = await switchover(switchoverIn(world, to, drill.epoch + 1, 15, note));
      drill.epoch++;
      drill.writer = to;
      pauses.push(done.pause);
      note(`${to} writes; clients waited ${done.pause.toFixed(2)} s`);
      return done;
    },
    salvage: async (returning) => {
      const found = await salvage(salvageIn(world, returning, drill.epoch, folder));
      salvaged.push(...salvagedIn(found));
      note(
        found.transactions === 0
          ? `nothing that ${returning} had committed is missing`
          : `${found.transactions} transactions that ${returning} had committed are read back, ${found.conflicts} of them for a person to decide`,
      );
      return found;
    },
    remember: async (cloud) => {
      for (const { key, at } of await committedOn(world, cloud)) if (at !== null && !times.has(key)) times.set(key, at);
    },
    compare: async () => {
      const [first, second] = [
        await openSession(world.admin(drill.writer, drill.writer), 'drill'),
        await openSession(world.admin(otherCloud(drill.writer), otherCloud(drill.writer)), 'drill'),
      ];
      try {
        for (const session of [first, second]) for (const setting of SAME_TEXT) await session.query(setting);
        const direction = directionOf(world.platform, drill.writer);
        const caughtUp = (): Promise<void> => untilCaughtUp(first, direction, { patience: 20 });
        await caughtUp();
        const tables = await compareTables(first, second, direction.schemas, caughtUp);
        different = tables.flatMap(({ table, different: rows }) => (rows.length > 0 ? [table] : []));
        note(
          `both sides compared: ${tables.map(({ table, rows }) => `${table} ${rows} rows`).join(', ')}; ${different.length === 0 ? 'the same' : `different: ${different.join(', ')}`}`,
        );
      } finally {
        await first.close();
        await second.close();
      }
    },
  };
  const verdict = async (scenario: Scenario, clients: number, timeline: DrillResult['timeline']): Promise<DrillResult> => {
    await Promise.race([workload.stop(), pause(25_000)]);
    await serving(world, drill.writer).catch(() => undefined);
    const final = await committedOn(world, drill.writer);
    const attempts = [...workload.attempts];
    const violations = check({
      attempts,
      reads: workload.reads,
      final,
      salvaged,
      times,
      balances: await balancesOn(world, drill.writer),
      accounts: ACCOUNTS,
      balance: BALANCE,
      different,
    });
    const there = new Set(final.map(({ key }) => key));
    const back = new Set(salvaged.map(({ key }) => key));
    const lost = attempts.filter(({ outcome, key }) => outcome === 'acknowledged' && !there.has(key));
    const count = (wanted: Attempt['outcome']): number => attempts.filter(({ outcome }) => outcome === wanted).length;
    return {
      scenario: scenario.name,
      clients,
      attempts: { acknowledged: count('acknowledged'), refused: count('refused'), unknown: count('unknown') },
      rto: pauses.length === 0 || scenario.name.startsWith('failback') ? gap(attempts) : null,
      pauses,
      lost: lost.length,
      salvaged: lost.filter(({ key }) => back.has(key)).length,
      phases,
      violations,
      timeline,
    };
  };
  return { drill, verdict };
}

/** From the last write that the first writer acknowledged to the first of the second one. */
function gap(attempts: readonly Attempt[]): Seconds | null {
  const ends = (wanted: number): number[] =>
    attempts.flatMap(({ outcome, epoch, ended }) => (outcome === 'acknowledged' && epoch === wanted ? [ended] : []));
  const [before, after] = [ends(1), ends(2)];
  if (before.length === 0 || after.length === 0) return null;
  return Math.max(0, (after.reduce((a, b) => Math.min(a, b)) - before.reduce((a, b) => Math.max(a, b))) / 1000);
}

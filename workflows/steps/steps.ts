import { CLOUDS, type Cloud, otherCloud } from '../../environments/platform.ts';
import { failback } from '../failback/failback.ts';
import { failover } from '../failover/failover.ts';
import { fence, unfence } from '../fencing/fence.ts';
import { poolsOf, resumeAll } from '../guard/pools.ts';
import { beginAsWriter } from '../lease/lease.ts';
import { promote, promotionTo } from '../promotion/promote.ts';
import { readiness } from '../readiness/readiness.ts';
import { directionOf } from '../replication/direction.ts';
import { ensureReplication } from '../replication/ensure.ts';
import { replicationStatus } from '../replication/status.ts';
import { reseed } from '../resync/reseed.ts';
import { hasBegun, type Resync, resync } from '../resync/resync.ts';
import { salvage } from '../salvage/salvage.ts';
import { StepError } from '../step-error.ts';
import { switchover } from '../switchover/switchover.ts';
import { routeTo } from '../traffic/load-balancer.ts';
import type { Context } from './context.ts';

/** An input of a step, given as text and checked before anything is done. */
interface InputKinds {
  readonly cloud: Cloud;
  readonly epoch: number;
  readonly seconds: number;
  readonly text: string;
}
export type InputKind = keyof InputKinds;

type Values<I extends Readonly<Record<string, InputKind>>> = { readonly [name in keyof I]: InputKinds[I[name]] };

export interface Step<I extends Readonly<Record<string, InputKind>> = Readonly<Record<string, InputKind>>> {
  readonly summary: string;
  /** By name, with its kind and what it is for. */
  readonly inputs: I;
  readonly about: Readonly<Record<keyof I, string>>;
  /** What is used when an input is left out; the others must be given. */
  readonly defaults: Readonly<Partial<Record<keyof I, string>>>;
  /** Its outputs, as JSON takes them. `ok: false` among them makes the command exit with 1. */
  run(context: Context, inputs: Values<I>): Promise<object>;
}

const step = <const I extends Readonly<Record<string, InputKind>>>(one: Step<I>): Step<I> => one;

const WHO = {
  who: 'who wants it, for the history',
  why: 'the reason, for the history',
  id: 'a name for this attempt: the same again goes on where it stopped',
};
const CLAIM = { epoch: 'epoch', who: 'text', why: 'text', id: 'text' } as const;
const EPOCH = 'the epoch to claim: one more than the authority says';

function claimOf(writer: Cloud, { epoch, who, why, id }: Values<typeof CLAIM>) {
  return { writer, epoch, who, why, id };
}

/** Every step, by the name that `tandem step` knows it by. */
export const STEPS = {
  begin: step({
    summary: 'make the database that writes today the first writer: epoch 1',
    inputs: { who: 'text', why: 'text' },
    about: { who: WHO.who, why: WHO.why },
    defaults: { why: 'the beginning' },
    run: async ({ platform, authority, admin }, { who, why }) => {
      const { writer } = platform.database;
      await authority.claim({ writer, epoch: 1, who, why, id: 'begin' });
      return { writer, epoch: 1, begun: await beginAsWriter(admin(writer), 1) };
    },
  }),
  'replication-ensure': step({
    summary: 'make replication what the writer record says: roles, publication, slot, subscription, lease',
    inputs: { writer: 'cloud' },
    about: { writer: 'the cloud that writes, as the authority says' },
    defaults: {},
    run: (context, { writer }) =>
      ensureReplication({
        publisher: context.admin(writer),
        subscriber: context.admin(otherCloud(writer)),
        endpoint: context.endpoint(writer),
        direction: directionOf(context.platform, writer),
        ...context.replication(),
        copyData: true,
      }),
  }),
  'replication-status': step({
    summary: 'say how far the follower is, and what is wrong',
    inputs: { writer: 'cloud' },
    about: { writer: 'the cloud that writes' },
    defaults: {},
    run: async ({ platform, admin }, { writer }) => {
      const status = await replicationStatus(
        admin(writer),
        admin(otherCloud(writer)),
        directionOf(platform, writer),
        platform.database.replication,
      );
      return { ok: status.problems.length === 0, ...status };
    },
  }),
  fence: step({
    summary: 'take the writes from a database, and prove it',
    inputs: { cloud: 'cloud', scope: 'text' },
    about: { cloud: 'whose database', scope: 'writes, or everything: then the application may not even log in' },
    defaults: { scope: 'writes' },
    run: ({ platform, admin }, { cloud, scope }) => {
      if (scope !== 'writes' && scope !== 'everything')
        throw new StepError('configuration', `scope: ${scope}`, 'Expected writes or everything.');
      return fence({ database: admin(cloud), direction: directionOf(platform, cloud), scope });
    },
  }),
  unfence: step({
    summary: 'let the guard of the writer open its database again',
    inputs: { cloud: 'cloud' },
    about: { cloud: 'whose database; the authority must say that it writes' },
    defaults: {},
    run: async ({ platform, admin, authority, guards }, { cloud }) => {
      const record = await authority.record();
      if (record?.writer !== cloud)
        throw new StepError(
          'unknown-writer',
          record ? `${record.writer} writes in epoch ${record.epoch}` : 'nobody has been made the writer',
          'Only the writer is opened. To move the writer, switch over or fail over.',
        );
      await unfence({ database: admin(cloud), direction: directionOf(platform, cloud) });
      await resumeAll(guards, cloud);
      return { cloud, epoch: record.epoch };
    },
  }),
  promote: step({
    summary: 'make the follower ready to write; the epoch has been claimed, and the old writer has stopped',
    inputs: { cloud: 'cloud', epoch: 'epoch' },
    about: { cloud: 'whose database takes over', epoch: 'the epoch that was claimed for it' },
    defaults: {},
    run: async ({ platform, admin, authority, progress }, { cloud, epoch }) => {
      const record = await authority.record();
      if (record?.writer !== cloud || record.epoch !== epoch)
        throw new StepError(
          'unknown-writer',
          `epoch ${epoch} is not ${cloud}'s: ${record ? `${record.writer} writes in epoch ${record.epoch}` : 'nobody has been made the writer'}`,
          'Claim the epoch first: tandem step failover does that, waits for the old writer, and promotes.',
        );
      return await promote({ ...promotionTo(platform, cloud, admin(cloud), epoch), progress });
    },
  }),
  failover: step({
    summary: 'the writer is lost, hung or cut off: claim, wait until it has stopped, promote, serve',
    inputs: { to: 'cloud', ...CLAIM },
    about: { to: 'the cloud that takes over', epoch: EPOCH, ...WHO },
    defaults: {},
    run: ({ platform, admin, authority, guards, progress }, inputs) => {
      const { to } = inputs;
      const { from, to: direction, sequenceGap } = promotionTo(platform, to, admin(to), inputs.epoch);
      return failover({
        to,
        next: admin(to),
        old: admin(otherCloud(to)),
        from,
        direction,
        sequenceGap,
        authority,
        claim: claimOf(to, inputs),
        guards,
        fencePatience: 3,
        servePatience: 60,
        progress,
      });
    },
  }),
  switchover: step({
    summary: 'move the writer as planned: nothing is lost, clients see a pause',
    inputs: { to: 'cloud', patience: 'seconds', ...CLAIM },
    about: { to: 'the cloud that will write', patience: 'seconds that clients may wait before it is given up', epoch: EPOCH, ...WHO },
    defaults: { patience: '20' },
    run: (context, inputs) => switchover(switchoverOf(context, inputs)),
  }),
  salvage: step({
    summary: 'read back what a lost writer had committed and never delivered',
    inputs: { returning: 'cloud', epoch: 'epoch', folder: 'text' },
    about: {
      returning: 'the cloud that was lost',
      epoch: 'the epoch of the failover that cut it off',
      folder: 'where the files are written',
    },
    defaults: { folder: 'salvage' },
    run: ({ platform, admin }, { returning, epoch, folder }) => salvage({ ...sidesOf(platform, admin, returning), epoch, folder }),
  }),
  resync: step({
    summary: 'make a returning database a copy of the writer, and prove it; what it had lost is read back first',
    inputs: { returning: 'cloud', epoch: 'epoch', folder: 'text', patience: 'seconds' },
    about: {
      returning: 'the cloud that was lost',
      epoch: 'the epoch of the failover that cut it off',
      folder: 'where what it had not delivered is written',
      patience: 'seconds that the copy may stand still',
    },
    defaults: { folder: 'salvage', patience: '120' },
    run: async (context, { returning, epoch, folder, patience }) => {
      const input = resyncOf(context, returning, epoch, patience);
      const salvaged = (await hasBegun(input.returning, epoch)) ? null : await salvage({ ...input, folder });
      return { salvaged, ...(await resync({ ...input, salvaged: salvaged ?? { transactions: 0 } })) };
    },
  }),
  failback: step({
    summary: 'bring a lost cloud back as the writer: salvage, resync, then a switchover',
    inputs: { returning: 'cloud', cut: 'epoch', folder: 'text', patience: 'seconds', ...CLAIM },
    about: {
      returning: 'the cloud that was lost',
      cut: 'the epoch of the failover that cut it off',
      folder: 'where what it had not delivered is written',
      patience: 'seconds that a copy may stand still, and that clients may wait',
      epoch: EPOCH,
      ...WHO,
    },
    defaults: { folder: 'salvage', patience: '20' },
    run: (context, { returning, cut, folder, patience, epoch, who, why, id }) =>
      failback({
        resync: resyncOf(context, returning, cut, patience),
        folder,
        switchover: switchoverOf(context, { to: returning, patience, epoch, who, why, id }),
      }),
  }),
  reseed: step({
    summary: 'copy everything to a follower anew, whose slot was given up while it was away',
    inputs: { writer: 'cloud', patience: 'seconds' },
    about: { writer: 'the cloud that writes', patience: 'seconds that the copy may stand still' },
    defaults: { patience: '120' },
    run: async (context, { writer, patience }) => {
      const checksums = await reseed({
        publisher: context.admin(writer),
        subscriber: context.admin(otherCloud(writer)),
        endpoint: context.endpoint(writer),
        direction: directionOf(context.platform, writer),
        ...context.replication(),
        patience,
        progress: context.progress,
      });
      return { ok: checksums.every(({ different }) => different.length === 0), checksums };
    },
  }),
  traffic: step({
    summary: 'send users to the writer when all else fails, and none to a cloud that is lost',
    inputs: { writer: 'cloud', withdrawn: 'text' },
    about: { writer: 'the cloud that writes', withdrawn: 'the cloud that gets no users, or none' },
    defaults: { withdrawn: 'none' },
    run: async ({ balancer }, { writer, withdrawn }) => {
      const lost = CLOUDS.find((cloud) => cloud === withdrawn) ?? null;
      if (lost === null && withdrawn !== 'none')
        throw new StepError('configuration', `withdrawn: ${withdrawn}`, 'Expected aws, gcp or none.');
      await routeTo(balancer(), writer, lost);
      return { fallback: writer, withdrawn: lost };
    },
  }),
  readiness: step({
    summary: 'would a failover work now?',
    inputs: {},
    about: {},
    defaults: {},
    run: async (context) => {
      const { platform } = context;
      const { database } = platform;
      const checks = await readiness({
        platform,
        databases: { aws: context.admin('aws'), gcp: context.admin('gcp') },
        roles: [
          { user: database.applicationRole, password: context.secret('application') },
          { user: database.replication.role, password: context.secret('replication') },
          { user: database.guardRole, password: context.secret('guard') },
        ],
        authority: context.authority,
        guards: context.guards,
        balancer: context.balancer(),
      });
      return { ok: checks.every(({ ready }) => ready), checks };
    },
  }),
};

export type StepName = keyof typeof STEPS;

export function isStep(name: string): name is StepName {
  return Object.hasOwn(STEPS, name);
}

function sidesOf(platform: Context['platform'], admin: Context['admin'], returning: Cloud) {
  const primary = otherCloud(returning);
  return {
    returning: admin(returning),
    primary: admin(primary),
    from: directionOf(platform, returning),
    to: directionOf(platform, primary),
  };
}

function resyncOf(context: Context, returning: Cloud, epoch: number, patience: number): Omit<Resync, 'salvaged'> {
  return {
    ...sidesOf(context.platform, context.admin, returning),
    epoch,
    endpoint: context.endpoint(otherCloud(returning)),
    ...context.replication(),
    patience,
    progress: context.progress,
  };
}

function switchoverOf(context: Context, inputs: Values<typeof CLAIM & { to: 'cloud'; patience: 'seconds' }>) {
  const { to, patience, epoch } = inputs;
  const { from, to: direction, sequenceGap } = promotionTo(context.platform, to, context.admin(to), epoch);
  if (context.guards.length === 0)
    throw new StepError('unguarded', 'no guard is known, so that no pool could be held', 'Give --input guards=aws=http://…,gcp=http://….');
  return {
    old: context.admin(otherCloud(to)),
    next: context.admin(to),
    from,
    to: direction,
    endpoint: context.endpoint(to),
    ...context.replication(),
    sequenceGap,
    pools: poolsOf(context.guards, patience + 30, Math.min(10, patience / 2)),
    authority: context.authority,
    claim: claimOf(to, inputs),
    patience,
    progress: context.progress,
  };
}

/**
 * Checks what was given against what a step takes.
 * @throws StepError `configuration` naming the input, what was found and what is allowed.
 */
export function inputsOf(name: StepName, given: ReadonlyMap<string, string>): Readonly<Record<string, unknown>> {
  const { inputs, about, defaults } = STEPS[name] as unknown as Step;
  for (const one of given.keys())
    if (!Object.hasOwn(inputs, one))
      throw new StepError('configuration', `${name} takes no input ${one}`, `It takes ${Object.keys(inputs).join(', ') || 'none'}.`);
  return Object.fromEntries(
    Object.entries(inputs).map(([input, kind]) => {
      const text = given.get(input) ?? defaults[input];
      if (text === undefined)
        throw new StepError('configuration', `${name} needs the input ${input}`, `--input ${input}=…: ${about[input]}.`);
      return [input, parse(input, kind, text)];
    }),
  );
}

function parse(input: string, kind: InputKind, text: string): unknown {
  const refuse = (expected: string): never => {
    throw new StepError('configuration', `${input}: ${text || 'nothing'}`, `Expected ${expected}.`);
  };
  switch (kind) {
    case 'cloud':
      return CLOUDS.find((cloud) => cloud === text) ?? refuse('aws or gcp');
    case 'epoch':
      return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : refuse('a whole number from 1');
    case 'seconds':
      return /^\d{1,5}(\.\d+)?$/.test(text) ? Number(text) : refuse('a number of seconds');
    case 'text':
      return text.length > 0 && text.length <= 500 ? text : refuse('1 to 500 characters');
  }
}

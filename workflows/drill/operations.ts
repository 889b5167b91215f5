import { type Cloud, otherCloud } from '../../environments/platform.ts';
import type { Seconds } from '../../environments/units.ts';
import type { Failover } from '../failover/failover.ts';
import { poolsOf } from '../guard/pools.ts';
import { directionOf } from '../replication/direction.ts';
import type { Reseed } from '../resync/reseed.ts';
import type { Resync } from '../resync/resync.ts';
import type { Salvage } from '../salvage/salvage.ts';
import type { Switchover } from '../switchover/switchover.ts';
import type { World } from './world.ts';

/** What steps reach the world through. */
export type Reach = Pick<World, 'platform' | 'admin' | 'endpoint' | 'secrets' | 'authority' | 'guards'>;

/** What steps are given in a world; a runbook runs in the cloud that takes over. */
type Progress = (what: string) => void;

const claim = (writer: Cloud, epoch: number, why: string) => ({ writer, epoch, who: 'drill', why, id: `${why}-${epoch}` });

export function failoverIn(world: Reach, to: Cloud, epoch: number, progress?: Progress): Failover {
  const old = otherCloud(to);
  return {
    to,
    next: world.admin(to, to),
    old: world.admin(old, to),
    from: directionOf(world.platform, old),
    direction: directionOf(world.platform, to),
    sequenceGap: world.platform.database.replication.sequenceGap,
    authority: world.authority,
    claim: claim(to, epoch, 'failover'),
    guards: world.guards(to),
    fencePatience: 2,
    servePatience: 15,
    ...(progress ? { progress } : {}),
  };
}

export function switchoverIn(world: Reach, to: Cloud, epoch: number, patience: Seconds = 15, progress?: Progress): Switchover {
  const old = otherCloud(to);
  return {
    old: world.admin(old, to),
    next: world.admin(to, to),
    from: directionOf(world.platform, old),
    to: directionOf(world.platform, to),
    endpoint: world.endpoint(to),
    ...world.secrets,
    sequenceGap: world.platform.database.replication.sequenceGap,
    pools: poolsOf(world.guards(to), patience + 15, 2),
    authority: world.authority,
    claim: claim(to, epoch, 'switchover'),
    patience,
    ...(progress ? { progress } : {}),
  };
}

/** `epoch`: of the promotion that cut the returning side off. */
export function salvageIn(world: Reach, returning: Cloud, epoch: number, folder: string): Salvage {
  const primary = otherCloud(returning);
  return {
    returning: world.admin(returning, primary),
    primary: world.admin(primary, primary),
    from: directionOf(world.platform, returning),
    to: directionOf(world.platform, primary),
    epoch,
    folder,
  };
}

export function resyncIn(world: Reach, returning: Cloud, epoch: number, progress?: Progress): Omit<Resync, 'salvaged'> {
  const { from, to, returning: database, primary } = salvageIn(world, returning, epoch, '');
  return {
    returning: database,
    primary,
    from,
    to,
    epoch,
    endpoint: world.endpoint(otherCloud(returning)),
    ...world.secrets,
    patience: 20,
    ...(progress ? { progress } : {}),
  };
}

export function reseedIn(world: Reach, writer: Cloud, progress?: Progress): Reseed {
  const direction = directionOf(world.platform, writer);
  return {
    publisher: world.admin(writer, writer),
    subscriber: world.admin(otherCloud(writer), writer),
    endpoint: world.endpoint(writer),
    direction,
    ...world.secrets,
    patience: 20,
    ...(progress ? { progress } : {}),
  };
}

import { hasBegun, type Resync, type Resynced, resync } from '../resync/resync.ts';
import { type Salvaged, salvage } from '../salvage/salvage.ts';
import { type Switched, type Switchover, switchover } from '../switchover/switchover.ts';

export interface Failback {
  readonly resync: Omit<Resync, 'salvaged'>;
  /** Where what was lost is written. */
  readonly folder: string;
  /** The move back, once both sides are the same. */
  readonly switchover: Switchover;
}

export interface FailedBack {
  /** Null where an earlier run has read it back. */
  readonly salvaged: Salvaged | null;
  readonly resynced: Resynced;
  readonly switched: Switched;
}

/**
 * Brings a lost side back as the writer: what it had not delivered is read back, it becomes a copy that is proved, and
 * then the writer moves as planned. Each part is safe to run again, and so is the whole.
 */
export async function failback(input: Failback): Promise<FailedBack> {
  const { folder } = input;
  const { returning, epoch } = input.resync;
  const salvaged = (await hasBegun(returning, epoch)) ? null : await salvage({ ...input.resync, folder });
  const resynced = await resync({ ...input.resync, salvaged: salvaged ?? { transactions: 0 } });
  return { salvaged, resynced, switched: await switchover(input.switchover) };
}

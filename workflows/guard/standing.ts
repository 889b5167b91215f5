import type { Cloud } from '../../environments/platform.ts';
import type { Seconds } from '../../environments/units.ts';
import { type Authority, AuthorityRefusal, AuthorityUnreachable } from '../authority/client.ts';
import type { WriterRecord } from '../authority/protocol.ts';
import { promise } from '../lease/lease.ts';
import { DatabaseError } from '../postgres/session.ts';
import type { Connection } from './connection.ts';

/** Who vouched for the lease that runs. `alone`: nobody did, and the configuration says to go on all the same. */
export type Voucher = 'authority' | 'peer' | 'alone';

/** What a guard knows of who writes. */
export interface Standing {
  /** Null until the authority has been heard once: nothing is served. */
  readonly record: WriterRecord | null;
  /** Where this cloud writes: until when, on the guard's own clock that never jumps, in milliseconds. */
  readonly until: number;
  readonly vouchedBy: Voucher | null;
}

export const UNKNOWN: Standing = { record: null, until: Number.NEGATIVE_INFINITY, vouchedBy: null };

export interface Inquiry {
  readonly cloud: Cloud;
  readonly lease: Seconds;
  readonly whenAlone: 'fence' | 'keep';
  readonly authority: Pick<Authority, 'record' | 'confirm'>;
  readonly peer: Connection;
  /** Milliseconds on a clock that never jumps. */
  now(): number;
}

/**
 * Asks who writes. The lease counts from before the question was sent, so that a slow answer, or a process that was
 * stopped while it waited, makes it shorter and never longer.
 */
export async function ask(inquiry: Inquiry, known: Standing): Promise<Standing> {
  const { cloud, lease, authority, now } = inquiry;
  const asked = now();
  const renewed = (record: WriterRecord, vouchedBy: Voucher): Standing => ({ record, until: asked + lease * 1000, vouchedBy });
  try {
    const record = known.record?.writer === cloud ? known.record : await authority.record();
    if (record === null) return UNKNOWN;
    if (record.writer !== cloud) return newer(known, { record, until: Number.NEGATIVE_INFINITY, vouchedBy: null });
    const { writer, epoch } = await authority.confirm(record);
    return newer(known, renewed({ writer, epoch }, 'authority'));
  } catch (error) {
    if (error instanceof AuthorityRefusal && error.refusal.record)
      return newer(known, { record: error.refusal.record, until: Number.NEGATIVE_INFINITY, vouchedBy: null });
    if (!(error instanceof AuthorityUnreachable) && !(error instanceof AuthorityRefusal)) throw error;
    if (known.record?.writer !== cloud) return known;
    // A guard that never had the authority's word on this epoch may not have anybody else's either.
    if (await promised(inquiry, known.record.epoch)) return renewed(known.record, 'peer');
    return inquiry.whenAlone === 'keep' ? renewed(known.record, 'alone') : known;
  }
}

/** An answer that was overtaken on the way says nothing. */
function newer(known: Standing, answer: Standing): Standing {
  return (answer.record?.epoch ?? 0) < (known.record?.epoch ?? 0) ? known : answer;
}

/** The other cloud's database, which would have to take over, keeps the promise itself. */
async function promised({ peer, lease }: Inquiry, epoch: number): Promise<boolean> {
  try {
    return await peer.use((session) => promise(session, epoch, lease));
  } catch (error) {
    if (error instanceof DatabaseError) return false;
    throw error;
  }
}

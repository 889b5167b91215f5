import type { Cloud } from '../../environments/platform.ts';

/** Who writes. Epochs only grow; of two claims of one epoch exactly one wins. */
export interface WriterRecord {
  readonly writer: Cloud;
  readonly epoch: number;
}

/** One line of the history. */
export interface Entry extends WriterRecord {
  /** Who claimed it, and why: a person and a reason, or a runbook and its run. */
  readonly who: string;
  readonly why: string;
  /** By the authority's clock, ISO 8601. */
  readonly at: string;
}

export interface Claim extends WriterRecord {
  readonly who: string;
  readonly why: string;
  /** Chosen by the caller; the same claim sent twice has the same answer. */
  readonly id: string;
}

export interface Claimed extends WriterRecord {
  /** Seconds until the old writer has stopped by itself, and until promises not to take over have ended; 0 when both have. */
  readonly wait: number;
}

export interface Confirmed extends WriterRecord {
  /** Seconds for which the caller may go on without another confirmation, counted from before it asked. */
  readonly lease: number;
}

/** What the authority answers when it does not do what it was asked. */
export interface Refusal {
  readonly error: 'unauthorized' | 'bad-request' | 'not-found' | 'no-record' | 'stale' | 'conflict';
  readonly message: string;
  /** Who writes instead, where that is the reason. */
  readonly record: WriterRecord | null;
}

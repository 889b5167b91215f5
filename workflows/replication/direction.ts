import { type Cloud, otherCloud, type Platform } from '../../environments/platform.ts';

/** The schema of Tandem's own table. */
export const OWN_SCHEMA = 'tandem';
export const HEARTBEAT = `${OWN_SCHEMA}.heartbeat`;

/** Which way the rows go, and what everything is called. */
export interface Direction {
  readonly publisher: Cloud;
  readonly subscriber: Cloud;
  /** The role that the subscriber logs in with. */
  readonly role: string;
  readonly publication: string;
  readonly subscription: string;
  readonly slot: string;
  /** The role whose writes are granted on one side alone. */
  readonly applicationRole: string;
  /** Schemas whose tables are replicated, beside Tandem's own. */
  readonly schemas: readonly string[];
}

/**
 * The direction that a writer gives. The first one has the names of `publication` and `subscription`; after a
 * promotion the other side publishes under the names that the promotion prepared.
 */
export function directionOf({ database }: Platform, writer: Cloud): Direction {
  const { replication, applicationRole } = database;
  const first = writer === database.writer;
  return {
    publisher: writer,
    subscriber: otherCloud(writer),
    role: replication.role,
    publication: first ? replication.publication : replication.failback,
    subscription: replication.subscription,
    slot: first ? replication.subscription : replication.failback,
    applicationRole,
    schemas: ['public'],
  };
}

import type { Session } from '../postgres/session.ts';
import { type Sequence, type Server, sequencesOf, serverOf, type Table, tablesOf } from './catalogue.ts';
import type { Direction } from './direction.ts';

/** One reason why replication would break, or would lose something at a failover. */
export interface Obstacle {
  readonly code:
    | 'no-identity'
    | 'unlogged'
    | 'missing-table'
    | 'schema-drift'
    | 'unowned-sequence'
    | 'large-objects'
    | 'cannot-publish'
    | 'too-few-slots'
    | 'other-version';
  /** `publisher` or `subscriber`, and the object. */
  readonly where: string;
  readonly message: string;
  readonly advice: string;
}

/** Slots beside the subscription's own: two table copies at a time, and the one for the way back. */
const SPARE_SLOTS = 3;

/** Everything that would stop replication in this direction, found before anything is changed. */
export async function preflight(publisher: Session, subscriber: Session, direction: Direction): Promise<readonly Obstacle[]> {
  const { schemas } = direction;
  const [tables, copies, sequences, source, target] = [
    await tablesOf(publisher, schemas),
    await tablesOf(subscriber, schemas),
    await sequencesOf(publisher, schemas),
    await serverOf(publisher),
    await serverOf(subscriber),
  ];
  return [
    ...servers(source, target),
    ...tables.flatMap(publishable),
    ...tables.flatMap((table) =>
      drift(
        table,
        copies.find(({ name }) => name === table.name),
      ),
    ),
    ...sequences.flatMap(unowned),
  ];
}

function servers(source: Server, target: Server): Obstacle[] {
  const found: Obstacle[] = [];
  if (source.majorVersion !== target.majorVersion)
    found.push({
      code: 'other-version',
      where: 'subscriber',
      message: `PostgreSQL ${target.majorVersion}, but the publisher is ${source.majorVersion}`,
      advice: 'Upgrade one side: the way back must work too.',
    });
  for (const [where, { walLevel }] of [
    ['publisher', source],
    ['subscriber', target],
  ] as const)
    if (walLevel !== 'logical')
      found.push({
        code: 'cannot-publish',
        where,
        message: `wal_level is ${walLevel}`,
        advice:
          'Set rds.logical_replication or cloudsql.logical_decoding and restart it now: after a promotion it would restart inside the recovery time.',
      });
  const free = source.maxReplicationSlots - source.usedReplicationSlots;
  if (free < SPARE_SLOTS)
    found.push({
      code: 'too-few-slots',
      where: 'publisher',
      message: `${free} of ${source.maxReplicationSlots} replication slots are free, ${SPARE_SLOTS} are needed`,
      advice: 'Raise max_replication_slots, or drop slots that nothing reads.',
    });
  if (source.largeObjects > 0)
    found.push({
      code: 'large-objects',
      where: 'publisher',
      message: `${source.largeObjects} large objects, which are not replicated`,
      advice: 'Move them into bytea columns.',
    });
  return found;
}

/** From the moment of publication a table without identity refuses updates and deletions, on the primary. */
function publishable({ name, identity, persistent }: Table): Obstacle[] {
  const where = `publisher ${name}`;
  if (!persistent)
    return [
      { code: 'unlogged', where, message: 'is unlogged, and its rows are not replicated', advice: `ALTER TABLE ${name} SET LOGGED.` },
    ];
  if (identity !== 'nothing') return [];
  return [
    {
      code: 'no-identity',
      where,
      message: 'has no primary key: publishing it would make every UPDATE and DELETE on it fail',
      advice: `Add a primary key, or ALTER TABLE ${name} REPLICA IDENTITY USING INDEX a unique index on columns that are not null.`,
    },
  ];
}

/** The schema is not replicated: a column that only the publisher has stops everything. */
function drift(table: Table, copy: Table | undefined): Obstacle[] {
  const where = `subscriber ${table.name}`;
  if (!copy)
    return [
      {
        code: 'missing-table',
        where,
        message: 'does not exist',
        advice: 'Run the migration on the subscriber first; then this step again.',
      },
    ];
  const missing = Object.entries(table.columns).filter(([name, type]) => copy.columns[name] !== type);
  const extra = Object.entries(copy.columns).filter(([name, type]) => table.columns[name] === undefined && type.endsWith(' not null'));
  return [...missing, ...extra].length === 0
    ? []
    : [
        {
          code: 'schema-drift',
          where,
          message: [
            ...missing.map(([name, type]) => `${name} is ${copy.columns[name] ?? 'missing'}, not ${type}`),
            ...extra.map(([name]) => `${name} is not null, and the publisher has no such column`),
          ].join('; '),
          advice: 'Run additive migrations on the subscriber first, then on the publisher.',
        },
      ];
}

/** A promotion cannot know how far such a sequence must go. */
function unowned({ name, owner }: Sequence): Obstacle[] {
  if (owner !== null) return [];
  return [
    {
      code: 'unowned-sequence',
      where: `publisher ${name}`,
      message: 'is owned by no column, so that a promotion cannot know how far it must be advanced',
      advice: `ALTER SEQUENCE ${name} OWNED BY the column that takes its values.`,
    },
  ];
}

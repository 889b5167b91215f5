import { readFileSync } from 'node:fs';
import type { Cloud } from '../../environments/platform.ts';
import type { Salvaged, SalvagedTransaction } from '../salvage/salvage.ts';
import type { Committed } from './history.ts';
import { sqlOnce } from './sql-once.ts';
import type { World } from './world.ts';

interface Row {
  readonly key: string;
  readonly id: string;
  readonly source: number;
  readonly target: number;
  readonly amount: number;
  readonly epoch: string;
  readonly at: string | null;
}

/** Every transfer that a database holds, with the time of its commit, which replication carries along. */
export async function committedOn(world: World, cloud: Cloud): Promise<readonly Committed[]> {
  const rows = await sqlOnce<Row>(
    world.sides[cloud].database.admin,
    `SELECT key, id::text, source, target, amount, epoch::text,
            (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint::text AS at FROM transfer`,
  );
  return rows.map(({ epoch, at, ...row }) => ({ ...row, epoch: Number(epoch), at: at === null ? null : Number(at) }));
}

export async function balancesOn(world: World, cloud: Cloud): Promise<ReadonlyMap<number, number>> {
  const rows = await sqlOnce<{ id: number; balance: number }>(world.sides[cloud].database.admin, 'SELECT id, balance FROM account');
  return new Map(rows.map(({ id, balance }) => [id, balance]));
}

/** Every transfer that a salvage file holds. */
export function salvagedIn({ file }: Pick<Salvaged, 'file'>): readonly Committed[] {
  if (file === null) return [];
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.flatMap((line) => {
    const { rows, committedAt } = JSON.parse(line) as SalvagedTransaction;
    return rows.flatMap(({ table, action, next }) =>
      table === 'public.transfer' && action === 'insert' && next
        ? [
            {
              key: next.key ?? '',
              id: next.id ?? '',
              source: Number(next.source),
              target: Number(next.target),
              amount: Number(next.amount),
              epoch: Number(next.epoch),
              at: microseconds(committedAt),
            },
          ]
        : [],
    );
  });
}

/** ISO 8601 with six digits of a second, as microseconds since 1970. */
function microseconds(time: string): number {
  return Date.parse(`${time.slice(0, 19)}Z`) * 1000 + Number(time.slice(20, 26));
}

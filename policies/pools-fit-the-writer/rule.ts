import type { Cloud, Platform } from '../../environments/platform.ts';
import type { Breach, Rule } from '../rule.ts';

/** One pod more than the maximum runs in each cloud during a rolling update. */
const SURGE = 1;

export const poolsFitTheWriter: Rule = {
  code: 'TD501',
  name: 'pools-fit-the-writer',
  severity: 'error',
  law: 'The pools of every PgBouncer pod in both clouds fit the connections of either database, since either may become the writer.',
  check(platform) {
    return [...(['aws', 'gcp'] as const).flatMap((cloud) => fits(platform, cloud)), ...consistent(platform)];
  },
};

function fits({ pgbouncer, aws, gcp }: Platform, writer: Cloud): Breach[] {
  const { maxConnections, reservedConnections } = writer === 'aws' ? aws.database : gcp.database;
  const pods = pgbouncer.maxReplicas + SURGE;
  // For each pod and database: the pool, its reserve, and one connection that asks for password verifiers.
  const perPod = pgbouncer.poolSize + pgbouncer.reservePoolSize + 1;
  const needed = pods * perPod * 3 + reservedConnections;
  if (needed <= maxConnections) return [];
  const path = `${writer}.database.maxConnections`;
  return [
    {
      paths: [path, 'pgbouncer.poolSize', 'pgbouncer.maxReplicas'],
      message:
        `as the writer: (${pgbouncer.maxReplicas} + ${SURGE}) pods x (${pgbouncer.poolSize} + ${pgbouncer.reservePoolSize} + 1) connections` +
        ` x 3 (crm from both clouds, crm_ro from its own) + ${reservedConnections} reserved = ${needed}, above ${maxConnections}`,
      hint: `Raise ${path} to ${needed}, or lower pgbouncer.poolSize, reservePoolSize or maxReplicas.`,
    },
  ];
}

function consistent({ pgbouncer, application }: Platform): Breach[] {
  const pairs = [
    { path: 'pgbouncer' as const, ...pgbouncer },
    { path: 'application' as const, ...application },
  ];
  return pairs
    .filter(({ replicas, maxReplicas }) => replicas > maxReplicas)
    .map(({ path, replicas, maxReplicas }) => ({
      paths: [`${path}.maxReplicas`, `${path}.replicas`] as const,
      message: `${replicas} replicas at rest, but at most ${maxReplicas}`,
      hint: `Raise ${path}.maxReplicas to at least ${replicas}.`,
    }));
}

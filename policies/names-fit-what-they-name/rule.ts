import type { Platform } from '../../environments/platform.ts';
import type { Breach, Rule } from '../rule.ts';

export const namesFitWhatTheyName: Rule = {
  code: 'TD303',
  name: 'names-fit-what-they-name',
  severity: 'error',
  law: 'Every name is one that its cloud or server accepts, and no two roles or publications share one.',
  check(platform) {
    return [...tooLong(platform), ...reserved(platform), ...shared(platform)];
  },
};

/** Longest names; EKS, GKE, RDS, ElastiCache and IAM documentation, Cloud SQL instance ids with their project. */
function tooLong({ aws, gcp }: Platform): Breach[] {
  const limits = [
    {
      path: 'aws.kubernetes.name',
      name: aws.kubernetes.name,
      limit: 32,
      why: 'it prefixes the names of IAM roles (64 with "-amazon-cloudwatch-observability")',
    },
    { path: 'gcp.kubernetes.name', name: gcp.kubernetes.name, limit: 24, why: 'it prefixes Google service accounts (30 with "-nodes")' },
    { path: 'gcp.secretPrefix', name: gcp.secretPrefix, limit: 200, why: 'Secret Manager ids are at most 255' },
  ];
  return [
    ...limits
      .filter(({ name, limit }) => name.length > limit)
      .map(({ path, name, limit, why }) => ({
        paths: [path] as const,
        message: `"${name}" has ${name.length} characters; at most ${limit}: ${why}`,
        hint: 'Shorten it.',
      })),
    ...limits
      .filter(({ name }) => name.includes('--'))
      .map(({ path, name }) => ({
        paths: [path] as const,
        message: `"${name}" has two hyphens in a row, which RDS and ElastiCache refuse`,
        hint: 'Use one hyphen.',
      })),
  ];
}

/** Names that PostgreSQL, RDS, Cloud SQL or PgBouncer keep for themselves. */
const RESERVED = /^(pg_.*|postgres|rdsadmin|rds_.*|cloudsql.*|pgbouncer|public|template[01]|none|user|all)$/;

function sqlNames({ database: { name, applicationRole, poolerRole, monitorRole, replication } }: Platform) {
  return {
    roles: {
      'database.applicationRole': applicationRole,
      'database.poolerRole': poolerRole,
      'database.monitorRole': monitorRole,
      'database.replication.role': replication.role,
    },
    publications: { 'database.replication.publication': replication.publication, 'database.replication.failback': replication.failback },
    slots: { 'database.replication.subscription': replication.subscription, 'database.replication.failback': replication.failback },
    databases: { 'database.name': name },
  };
}

function reserved(platform: Platform): Breach[] {
  return Object.entries(Object.assign({}, ...Object.values(sqlNames(platform))) as Record<string, string>)
    .filter(([, name]) => RESERVED.test(name))
    .map(([path, name]) => ({
      paths: [path],
      message: `"${name}" is reserved by PostgreSQL, RDS, Cloud SQL or PgBouncer`,
      hint: 'Choose another name.',
    }));
}

function shared(platform: Platform): Breach[] {
  const { roles, publications, slots } = sqlNames(platform);
  return [roles, publications, slots].flatMap((group) => {
    const entries = Object.entries(group);
    return entries.flatMap(([path, name], index) =>
      entries
        .slice(index + 1)
        .filter(([, other]) => other === name)
        .map(([other]) => ({
          paths: [other, path] as const,
          message: `both are called "${name}"`,
          hint: 'Give each its own name: privileges are granted by name.',
        })),
    );
  });
}

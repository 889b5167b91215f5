import type { Platform } from '../../environments/platform.ts';
import type { Breach, Rule } from '../rule.ts';
import { CACHE_FAMILIES, PERFORMANCE_OPTIMIZED, RDS_FAMILIES } from '../stores.ts';

export const databaseSizesExist: Rule = {
  code: 'TD506',
  name: 'database-sizes-exist',
  severity: 'error',
  law: 'Databases and caches are ordered in classes, tiers and amounts that their cloud sells for the engine.',
  check: (platform) => [...aws(platform), ...cloudSql(platform), ...memorystore(platform)],
};

const GiB = 2 ** 30;

function aws({ aws: { database, cache } }: Platform): Breach[] {
  return [
    ...classOf('aws.database.instanceClass', database.instanceClass, RDS_FAMILIES, 'RDS for PostgreSQL'),
    ...classOf('aws.cache.nodeType', cache.nodeType, CACHE_FAMILIES, 'ElastiCache for Redis'),
    ...between('aws.database.storage', database.storage, 20 * GiB, 65_536 * GiB, 'gp3 storage of RDS'),
    ...(database.maxStorage < database.storage * 1.1
      ? [
          breach(
            'aws.database.maxStorage',
            `${database.maxStorage / GiB} GiB is less than a tenth above aws.database.storage of ${database.storage / GiB} GiB`,
            `RDS grows by itself only with room: use at least ${Math.ceil((database.storage * 1.1) / GiB)}Gi.`,
          ),
        ]
      : []),
  ];
}

/** `db.m6g.2xlarge`: a family that the engine runs on, and a size of that family. */
function classOf(path: string, name: string, families: Readonly<Record<string, readonly string[]>>, engine: string): Breach[] {
  const [, family = '', size = ''] = name.split('.');
  const sizes = families[family];
  if (!sizes) return [breach(path, `${engine} has no family ${family}`, `Use one of ${Object.keys(families).join(', ')}.`)];
  return sizes.includes(size)
    ? []
    : [breach(path, `the family ${family} of ${engine} has no size ${size}`, `Use one of ${sizes.join(', ')}.`)];
}

function cloudSql({ gcp: { database } }: Platform): Breach[] {
  return [...tier(database), ...between('gcp.database.storage', database.storage, 10 * GiB, 65_536 * GiB, 'SSD storage of Cloud SQL')];
}

/** Custom tiers are of the edition Enterprise, performance-optimized ones of Enterprise Plus. */
function tier({ tier: name, edition }: Platform['gcp']['database']): Breach[] {
  const path = 'gcp.database.tier';
  const custom = /^db-custom-(\d+)-(\d+)$/.exec(name);
  const optimized = /^db-perf-optimized-N-(\d+)$/i.exec(name);
  if (custom) {
    if (edition !== 'ENTERPRISE')
      return [
        breach(
          path,
          `${name} is a tier of the edition ENTERPRISE, not of ${edition}`,
          'Use db-perf-optimized-N-8, or gcp.database.edition: ENTERPRISE.',
        ),
      ];
    const [cpu, memory] = [Number(custom[1]), Number(custom[2])];
    const [least, most] = [Math.max(3840, Math.ceil(cpu * 0.9 * 4) * 256), Math.floor(cpu * 6.5 * 1024)];
    return [
      ...(cpu === 1 || (cpu % 2 === 0 && cpu >= 2 && cpu <= 96)
        ? []
        : [breach(path, `${cpu} processors`, 'Use 1, or an even number from 2 to 96.')]),
      ...(memory % 256 === 0 && memory >= least && memory <= most
        ? []
        : [breach(path, `${memory} MiB of memory for ${cpu} processors`, `Use a multiple of 256 from ${least} to ${most}.`)]),
    ];
  }
  if (optimized) {
    if (edition !== 'ENTERPRISE_PLUS')
      return [
        breach(
          path,
          `${name} is a tier of the edition ENTERPRISE_PLUS, not of ${edition}`,
          'Use db-custom-8-32768, or gcp.database.edition: ENTERPRISE_PLUS.',
        ),
      ];
    return PERFORMANCE_OPTIMIZED.includes(Number(optimized[1]))
      ? []
      : [breach(path, `${optimized[1]} processors`, `Use one of ${PERFORMANCE_OPTIMIZED.join(', ')}.`)];
  }
  return [
    breach(
      path,
      `${name} is no tier for a database that must carry both clouds`,
      'Use db-custom-CPUS-MEBIBYTES, or db-perf-optimized-N-CPUS with the edition ENTERPRISE_PLUS.',
    ),
  ];
}

function memorystore({ gcp: { cache } }: Platform): Breach[] {
  const path = 'gcp.cache.memory';
  return [
    ...between(path, cache.memory, GiB, 300 * GiB, 'an instance of Memorystore'),
    ...(cache.memory % GiB === 0
      ? []
      : [breach(path, `${cache.memory / GiB} GiB is no whole number`, 'Memorystore is sold by the GiB: round up.')]),
  ];
}

function between(path: string, value: number, least: number, most: number, what: string): Breach[] {
  if (value >= least && value <= most) return [];
  return [breach(path, `${value / GiB} GiB is outside what ${what} can be`, `Use ${least / GiB}Gi to ${most / GiB}Gi.`)];
}

function breach(path: string, message: string, hint: string): Breach {
  return { paths: [path], message, hint };
}

import type { Platform } from '../../environments/platform.ts';
import type { Cluster } from '../cluster.ts';
import { ownSide } from '../cluster.ts';
import { PORTS } from '../names.ts';

/** Where the pod finds what it is given; tests serve the same file from a folder of their own. */
export const PATHS = {
  config: '/etc/pgbouncer/config',
  writer: '/etc/pgbouncer/writer',
  auth: '/etc/pgbouncer/auth',
  clientTls: '/etc/pgbouncer/tls',
  databaseCa: '/etc/pgbouncer/database-ca',
} as const;

/** Roles of the admin console; their passwords stand in the auth file. */
export const CONSOLE = { admin: 'pgbouncer_admin', stats: 'pgbouncer_stats' } as const;

/**
 * pgbouncer.ini: `crm_ro` is the local copy; `crm`, the writer, comes from the writer record alone, so that
 * without a record PgBouncer does not start. Valid on PgBouncer 1.18; settings that came later are
 * written only for an image that has them.
 */
export function pgbouncerIni(cluster: Cluster): string {
  const { platform } = cluster;
  const { database } = platform;
  return ini([
    ['databases', { [`${database.name}_ro`]: databaseLine(platform, ownSide(cluster).database) }],
    ['pgbouncer', settings(platform)],
  ]).concat(`\n; ${database.name}: which database writes. Runtime state, owned by the runbooks.\n%include ${PATHS.writer}/databases.ini\n`);
}

/** The right-hand side of a `[databases]` entry for one database server. */
export function databaseLine({ database }: Platform, { host, port }: { host: string; port: number }): string {
  return `host=${host} port=${port} dbname=${database.name} auth_user=${database.poolerRole}`;
}

function settings({ pgbouncer, database, images }: Platform): Record<string, string | number> {
  const version = versionOf(images.pgbouncer.tag);
  return {
    listen_addr: '0.0.0.0',
    listen_port: PORTS.pgbouncer,
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: `${PATHS.auth}/userlist.txt`,
    auth_user: database.poolerRole,
    // A security definer function: the pooler's role itself may read no password.
    auth_query: 'SELECT username, verifier FROM pgbouncer.user_lookup($1)',
    admin_users: CONSOLE.admin,
    stats_users: CONSOLE.stats,
    pool_mode: pgbouncer.poolMode,
    max_client_conn: pgbouncer.maxClientConnections,
    default_pool_size: pgbouncer.poolSize,
    reserve_pool_size: pgbouncer.reservePoolSize,
    reserve_pool_timeout: seconds(pgbouncer.reservePoolTimeout),
    // One more than the pool and its reserve: the connection that asks for password verifiers.
    max_db_connections: pgbouncer.poolSize + pgbouncer.reservePoolSize + 1,
    server_login_retry: seconds(pgbouncer.serverLoginRetry),
    server_connect_timeout: 5,
    server_lifetime: seconds(pgbouncer.serverLifetime),
    // The server ends sessions that were idle for one lease: the pool lets go of them before.
    server_idle_timeout: Math.max(1, Math.floor((database.lease * 2) / 3)),
    server_check_query: 'SELECT 1',
    server_check_delay: 10,
    query_wait_timeout: seconds(pgbouncer.queryWaitTimeout),
    idle_transaction_timeout: seconds(pgbouncer.idleTransactionTimeout),
    // A black-holed server is noticed in seconds instead of the kernel's quarter of an hour.
    tcp_keepalive: 1,
    tcp_keepidle: 10,
    tcp_keepintvl: 5,
    tcp_keepcnt: 3,
    tcp_user_timeout: 15_000,
    ignore_startup_parameters: 'extra_float_digits,options',
    client_tls_sslmode: pgbouncer.clientTls,
    client_tls_key_file: `${PATHS.clientTls}/tls.key`,
    client_tls_cert_file: `${PATHS.clientTls}/tls.crt`,
    client_tls_protocols: 'secure',
    server_tls_sslmode: pgbouncer.serverTls,
    server_tls_ca_file: `${PATHS.databaseCa}/ca.crt`,
    server_tls_protocols: 'secure',
    log_connections: 0,
    log_disconnections: 0,
    ...(atLeast(version, 1, 21) ? { max_prepared_statements: pgbouncer.maxPreparedStatements } : {}),
  };
}

/** PgBouncer takes whole seconds; a fraction is rounded up, never to zero, which would mean "no limit". */
function seconds(value: number): number {
  return Math.max(1, Math.ceil(value));
}

function versionOf(tag: string): readonly [number, number] | undefined {
  const match = /^v?(\d+)\.(\d+)/.exec(tag);
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

function atLeast(version: readonly [number, number] | undefined, major: number, minor: number): boolean {
  return version !== undefined && (version[0] > major || (version[0] === major && version[1] >= minor));
}

function ini(sections: readonly (readonly [string, Record<string, string | number>])[]): string {
  return sections
    .map(
      ([name, entries]) =>
        `[${name}]\n${Object.entries(entries)
          .map(([key, value]) => `${key} = ${value}\n`)
          .join('')}`,
    )
    .join('\n');
}

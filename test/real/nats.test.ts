import type { ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { natsConf, PATHS } from '../../charts/cache-bus/nats-conf.ts';
import { streamConfig } from '../../charts/cache-bus/streams.ts';
import { CLOUDS, type Cloud } from '../../environments/platform.ts';
import { productionEnvironment } from '../project.ts';
import { end, sleep, start } from './api-server.ts';
import { authority } from './certificates.ts';
import { part, realTest } from './parts.ts';

const test = suite('nats');
const { platform } = productionEnvironment();
const HOSTS = { aws: '127.0.11', gcp: '127.0.12' } as const;
const ROLES = ['SYSTEM', 'CONTROLLER', 'APPLICATION', 'RELAY', 'LEAF'];
/** Digits alone: what nats.conf would read as a number if it were not quoted. */
const password = (role: string): string => `00${role.length}12345678901234567890`;

interface Cluster {
  readonly servers: ChildProcess[];
  readonly logs: string[];
}

/** One cloud's three servers on the rendered configuration, with nothing but paths and addresses replaced. */
function startCloud(cloud: Cloud, folder: string, issue: (to: string, names: string[]) => void): Cluster {
  const logs: string[] = [];
  const servers = [0, 1, 2].map((index) => {
    const home = join(folder, `${cloud}-${index}`);
    const place = { config: join(home, 'config'), tls: join(home, 'tls'), data: join(home, 'data') };
    for (const path of Object.values(place)) mkdirSync(path, { recursive: true });
    issue(place.tls, ['localhost', ...[0, 1, 2].map((other) => address(cloud, other))]);
    let text = natsConf({ platform, cloud })
      .replaceAll(`"${PATHS.tls}/`, `"${place.tls}/`)
      .replaceAll(`"${PATHS.data}"`, `"${place.data}"`)
      .replaceAll('"0.0.0.0:', `"${address(cloud, index)}:`)
      .replace('/var/run/nats/nats.pid', join(home, 'nats.pid'));
    for (const other of [0, 1, 2]) text = text.replaceAll(`nats-${other}.nats-headless.messaging.svc`, address(cloud, other));
    writeFileSync(join(place.config, 'nats.conf'), text);
    const env = {
      POD_NAME: `${cloud}-nats-${index}`,
      ...Object.fromEntries(ROLES.map((role) => [`NATS_${role}_PASSWORD`, `'${password(role)}'`])),
      NATS_LEAF_URL: `'tls://leaf:${password('LEAF')}@${address('aws', 0)}:7422'`,
    };
    execFileSync(part('nats-server'), ['-t', '-c', join(place.config, 'nats.conf')], { env: { ...process.env, ...env }, stdio: 'pipe' });
    return start(logs, part('nats-server'), ['--config', join(place.config, 'nats.conf')], env);
  });
  return { servers, logs };
}

const address = (cloud: Cloud, index: number): string => `${HOSTS[cloud]}.${index + 1}`;

async function login(cloud: Cloud, user: string, ca: string): Promise<NatsConnection> {
  return await connect({
    servers: [`tls://${address(cloud, 1)}:4222`],
    user,
    pass: password(user.toUpperCase()),
    tls: { ca },
    timeout: 5000,
    inboxPrefix: '_INBOX',
  });
}

/** When the test gives up, in milliseconds since 1970. */
let deadline = 0;

/** Asks again until the servers agree; a cluster needs a moment to choose its leaders. */
async function eventually<T>(what: string, logs: readonly string[], ask: () => Promise<T>): Promise<T> {
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      return await ask();
    } catch (error) {
      last = error;
      await sleep(500);
    }
  }
  throw new Error(`${what}: ${(last as Error)?.message}\n${logs.slice(-15).join('')}`);
}

/** The rendered Stream as JetStream's API takes it: what its controller does. */
function apiConfig(cloud: Cloud, origin: Cloud): Parameters<Awaited<ReturnType<typeof jetstreamManager>>['streams']['add']>[0] {
  const config = streamConfig({ platform, cloud }, origin) as {
    name: string;
    replicas: number;
    maxBytes: number;
    subjects?: string[];
    mirror?: { name: string; externalApiPrefix: string };
  };
  return {
    name: config.name,
    storage: StorageType.File,
    num_replicas: config.replicas,
    max_bytes: config.maxBytes,
    ...(config.subjects ? { subjects: config.subjects } : {}),
    ...(config.mirror ? { mirror: { name: config.mirror.name, external: { api: config.mirror.externalApiPrefix, deliver: '' } } } : {}),
  };
}

realTest(
  test,
  'both clouds run on the rendered configuration, and each receives the other’s invalidations',
  ['nats-server', 'openssl'],
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tandem-nats-'));
    deadline = Date.now() + 120_000;
    const ca = authority(folder);
    const clusters = Object.fromEntries(CLOUDS.map((cloud) => [cloud, startCloud(cloud, folder, ca.issue)])) as Record<Cloud, Cluster>;
    const logs = CLOUDS.flatMap((cloud) => clusters[cloud].logs);
    const open: NatsConnection[] = [];
    const as = async (cloud: Cloud, user: string): Promise<NatsConnection> => {
      const connection = await eventually(`${user} at ${cloud}`, clusters[cloud].logs, () => login(cloud, user, ca.ca));
      open.push(connection);
      return connection;
    };
    try {
      for (const cloud of CLOUDS) {
        const manager = await eventually('JetStream', clusters[cloud].logs, async () => jetstreamManager(await as(cloud, 'controller')));
        for (const origin of [cloud, cloud === 'aws' ? 'gcp' : 'aws'] as const)
          await eventually(`stream of ${origin} at ${cloud}`, clusters[cloud].logs, () => manager.streams.add(apiConfig(cloud, origin)));
      }
      for (const cloud of CLOUDS) {
        const application = await as(cloud, 'application');
        for (let index = 0; index < 20; index++)
          await eventually('publish', logs, async () => {
            await jetstream(application).publish(`cache.invalidation.${cloud}.contact.${index}`, '{}', { msgID: `${cloud}-${index}` });
          });
      }
      for (const cloud of CLOUDS) {
        const manager = await jetstreamManager(await as(cloud, 'controller'));
        for (const origin of CLOUDS)
          await eventually(`${origin}'s events at ${cloud}`, clusters[cloud].logs, async () => {
            const { state } = await manager.streams.info(`CACHE_INVALIDATION_${origin.toUpperCase()}`);
            if (state.messages !== 20) throw new Error(`${state.messages} of 20 events`);
          });
      }
      await permissions(as, ca.ca);
    } finally {
      await Promise.all(open.map((connection) => connection.close().catch(() => undefined)));
      await Promise.all(CLOUDS.flatMap((cloud) => clusters[cloud].servers.map(end)));
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

/** Each role can do its work and nothing more; nobody gets in without a password or without TLS. */
async function permissions(as: (cloud: Cloud, user: string) => Promise<NatsConnection>, ca: string): Promise<void> {
  const relay = await as('gcp', 'relay');
  const manager = await jetstreamManager(relay);
  const consumer = await manager.consumers.add('CACHE_INVALIDATION_AWS', { durable_name: 'relay', ack_policy: 'explicit' });
  const messages = await jetstream(relay).consumers.get('CACHE_INVALIDATION_AWS', consumer.name);
  const batch = await messages.fetch({ max_messages: 5, expires: 5000 });
  let received = 0;
  for await (const message of batch) {
    assert.match(message.subject, /^cache\.invalidation\.aws\.contact\./);
    message.ack();
    received++;
  }
  assert.is(received, 5);

  const application = await as('gcp', 'application');
  for (const subject of ['cache.invalidation.aws.contact.1', 'anything', '$JS.API.STREAM.DELETE.CACHE_INVALIDATION_GCP'])
    assert.ok(await denied(() => application.request(subject, '{}', { timeout: 1000 })), `the application may publish ${subject}`);
  assert.ok(await denied(() => manager.streams.delete('CACHE_INVALIDATION_GCP')), 'the relay may delete a stream');

  const server = `tls://${address('aws', 1)}:4222`;
  assert.ok(
    await denied(async () => (await connect({ servers: [server], tls: { ca }, maxReconnectAttempts: 0 })).close()),
    'nobody gets in without a password',
  );
  assert.ok(
    await denied(async () =>
      (await connect({ servers: [server], user: 'application', pass: password('APPLICATION'), maxReconnectAttempts: 0 })).close(),
    ),
    'nobody gets in without trusting the authority',
  );
}

async function denied(run: () => Promise<unknown>): Promise<boolean> {
  return run().then(
    () => false,
    () => true,
  );
}

test.run();

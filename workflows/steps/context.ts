import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud, Platform } from '../../environments/platform.ts';
import { type Authority, authorityAt } from '../authority/client.ts';
import { guardAt, type RemoteGuard } from '../guard/client.ts';
import type { Access } from '../postgres/session.ts';
import type { Endpoint, Ensure } from '../replication/ensure.ts';
import { StepError } from '../step-error.ts';
import { type LoadBalancer, loadBalancerAt } from '../traffic/load-balancer.ts';

/** The role that owns the CRM's tables on both sides, which steps work as. */
const ADMINISTRATOR = 'tandem_admin';

/** Everything that a step reaches the world through. */
export interface Context {
  readonly platform: Platform;
  readonly authority: Authority;
  readonly balancer: () => LoadBalancer;
  readonly guards: readonly RemoteGuard[];
  /** A cloud's database as its administrator. */
  admin(cloud: Cloud): Access;
  /** The same as another role, with its password. */
  as(cloud: Cloud, user: string, secret: string): Access;
  endpoint(cloud: Cloud): Endpoint;
  replication(): Pick<Ensure, 'replicationPassword' | 'guard' | 'lease'>;
  secret(name: string): string;
  progress(what: string): void;
}

export interface ContextOptions {
  readonly platform: Platform;
  /** A folder with one file a secret, as Kubernetes mounts them: docs/recovery.md lists their names. */
  readonly credentials: string;
  /** `aws=http://…,gcp=http://…`: addresses of guards. */
  readonly guards: string | undefined;
  progress(what: string): void;
}

/** Secrets are read when a step needs them, and only those. */
export function contextOf({ platform, credentials, guards, progress }: ContextOptions): Context {
  const secret = (name: string): string => {
    const path = join(credentials, name);
    if (!existsSync(path))
      throw new StepError(
        'configuration',
        `there is no ${path}`,
        `The folder given by --credentials needs a file ${name}; docs/recovery.md says what is in it.`,
      );
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    if (text === '') throw new StepError('configuration', `${path} is empty`, 'It must hold the secret.');
    return text;
  };
  const as = (cloud: Cloud, user: string, password: string): Access => ({
    host: platform[cloud].database.host,
    port: platform[cloud].database.port,
    database: platform.database.name,
    user,
    password: secret(password),
    certificateAuthority: secret(`ca-${cloud}.crt`),
  });
  const lazily = <T extends object>(make: () => T): T => new Proxy({} as T, { get: (_, name) => Reflect.get(make(), name) });
  return {
    platform,
    authority: lazily(() => authorityAt(`https://${platform.database.authority}`, secret('claim-token'), 5)),
    balancer: () =>
      loadBalancerAt({
        url: 'https://api.cloudflare.com/client/v4',
        token: secret('cloudflare-token'),
        account: platform.traffic.account,
        zoneId: platform.traffic.zoneId,
        hostname: platform.traffic.hostname,
        poolNames: { aws: `crm-${platform.name}-aws`, gcp: `crm-${platform.name}-gcp` },
        timeout: 10,
      }),
    guards: guardsIn(guards, () => secret('guard-token')),
    admin: (cloud) => as(cloud, ADMINISTRATOR, `administrator-${cloud}`),
    as,
    endpoint: (cloud) => ({
      host: platform[cloud].database.host,
      port: platform[cloud].database.port,
      database: platform.database.name,
      sslMode: platform.pgbouncer.serverTls === 'verify-full' ? 'verify-full' : 'verify-ca',
    }),
    replication: () => ({
      replicationPassword: secret('replication'),
      guard: { role: platform.database.guardRole, password: secret('guard') },
      lease: platform.database.lease,
    }),
    secret,
    progress,
  };
}

function guardsIn(text: string | undefined, token: () => string): RemoteGuard[] {
  return (text ?? '')
    .split(',')
    .filter((one) => one !== '')
    .map((one) => {
      const match = /^(aws|gcp)=(https?:\/\/\S+)$/.exec(one);
      if (!match) throw new StepError('configuration', `guards: ${one}`, 'Expected aws=http://ADDRESS:PORT,gcp=http://ADDRESS:PORT.');
      return guardAt(match[1] as Cloud, match[2] ?? '', token(), 3);
    });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { part } from './parts.ts';

const TOKEN = 'test-only';

export interface Reply {
  readonly status: number;
  readonly body: { message?: string; [key: string]: unknown };
}

export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** A real kube-apiserver on a real etcd, for one test file. */
export interface ApiServer {
  call(method: string, path: string, body?: unknown, contentType?: string): Promise<Reply>;
  /** Server-side apply; unknown and duplicate fields are errors. */
  apply(object: Resource, options?: { dryRun?: boolean }): Promise<Reply>;
  /** A plain create, update or delete. */
  create(object: Resource, options?: { dryRun?: boolean }): Promise<Reply>;
  update(object: Resource): Promise<Reply>;
  remove(object: Resource): Promise<Reply>;
  stop(): Promise<void>;
}

export async function startApiServer(): Promise<ApiServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-apiserver-'));
  const [client, peer, secure] = await Promise.all([freePort(), freePort(), freePort()]);
  const key = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  writeFileSync(join(folder, 'account.key'), key.privateKey);
  writeFileSync(join(folder, 'account.pub'), key.publicKey);
  writeFileSync(join(folder, 'tokens.csv'), `${TOKEN},admin,admin,system:masters\n`);
  const logs: string[] = [];
  const etcdUrl = `http://127.0.0.1:${client}`;
  const etcd = start(logs, part('etcd'), [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    '--unsafe-no-fsync',
  ]);
  const server = start(logs, part('kube-apiserver'), [
    `--etcd-servers=${etcdUrl}`,
    `--secure-port=${secure}`,
    '--bind-address=127.0.0.1',
    `--cert-dir=${join(folder, 'certificates')}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(folder, 'account.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'account.key')}`,
    '--service-cluster-ip-range=172.20.0.0/16',
    '--disable-admission-plugins=ServiceAccount',
  ]);
  const call = caller(secure);
  const stop = async (): Promise<void> => {
    await Promise.all([server, etcd].map(end));
    rmSync(folder, { recursive: true, force: true });
  };
  for (let waited = 0; ; waited += 250) {
    const ready = await call('GET', '/readyz').catch(() => undefined);
    if (ready?.status === 200) break;
    if (waited > 90_000 || server.exitCode !== null || etcd.exitCode !== null) {
      await stop();
      throw new Error(`kube-apiserver is not ready after ${waited / 1000} s:\n${logs.slice(-30).join('')}`);
    }
    await sleep(250);
  }
  return { call, stop, ...operations(call) };
}

type Call = ApiServer['call'];

function operations(call: Call): Omit<ApiServer, 'call' | 'stop'> {
  const known = new Map<string, { name: string; namespaced: boolean }>();
  const pathOf = async ({ apiVersion, kind, metadata }: Resource, named: boolean): Promise<string> => {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const id = `${apiVersion} ${kind}`;
    if (!known.has(id)) {
      const { body } = await call('GET', root);
      for (const resource of (body.resources ?? []) as { name: string; kind: string; namespaced: boolean }[])
        if (!resource.name.includes('/')) known.set(`${apiVersion} ${resource.kind}`, resource);
    }
    const resource = known.get(id);
    if (!resource) throw new Error(`the server knows no ${id}`);
    return `${root}${resource.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : ''}/${resource.name}${named ? `/${metadata.name}` : ''}`;
  };
  return {
    apply: async (object, { dryRun = false } = {}) =>
      call(
        'PATCH',
        `${await pathOf(object, true)}?fieldManager=tandem&force=true&fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`,
        object,
        'application/apply-patch+yaml',
      ),
    create: async (object, { dryRun = false } = {}) =>
      call('POST', `${await pathOf(object, false)}?fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`, object),
    update: async (object) => call('PUT', await pathOf(object, true), object),
    remove: async (object) => call('DELETE', await pathOf(object, true)),
  };
}

function caller(port: number): Call {
  return (method, path, body, contentType = 'application/json') =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = {
        authorization: `Bearer ${TOKEN}`,
        ...(text ? { 'content-type': contentType, 'content-length': Buffer.byteLength(text) } : {}),
      };
      // The server made its certificate a moment ago, for nobody but this test.
      const sent = request({ host: '127.0.0.1', port, method, path, headers, rejectUnauthorized: false, timeout: 30_000 }, (response) => {
        let received = '';
        response.on('data', (chunk) => {
          received += chunk;
        });
        response.on('end', () => {
          let parsed: Reply['body'];
          try {
            parsed = JSON.parse(received);
          } catch {
            parsed = { message: received };
          }
          resolve({ status: response.statusCode ?? 0, body: parsed });
        });
      });
      sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path} in 30 s`)));
      sent.on('error', reject);
      sent.end(text);
    });
}

/** Starts a server whose last words are kept. */
export function start(logs: string[], program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => logs.push(String(chunk)));
  child.on('error', (error) => logs.push(String(error)));
  return child;
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await closed;
  clearTimeout(killer);
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

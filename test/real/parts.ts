import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { Test } from 'uvu';
import { ROOT } from '../project.ts';

/** Real programs and data that tests ask, where they are, and how they get there. */
const PARTS = {
  kustomize: { path: tool('kustomize'), install: 'scripts/tools kustomize' },
  helm: { path: tool('helm'), install: 'scripts/tools helm' },
  charts: { path: folder('.tools/charts/cert-manager', '..'), install: 'scripts/tools charts' },
  'nats-server': { path: tool('nats-server'), install: 'scripts/tools nats-server' },
  pgbouncer: { path: tool('pgbouncer'), install: 'scripts/tools pgbouncer' },
  'pgbouncer-new': { path: tool('pgbouncer-new'), install: 'scripts/tools pgbouncer-new' },
  etcd: { path: tool('etcd'), install: 'scripts/tools etcd' },
  openssl: { path: tool('openssl'), install: 'scripts/tools openssl' },
  'kube-apiserver': { path: tool('kube-apiserver'), install: 'scripts/tools kube-apiserver' },
  crossplane: { path: tool('crossplane'), install: 'scripts/tools crossplane' },
  'function-patch-and-transform': { path: tool('function-patch-and-transform'), install: 'scripts/tools crossplane' },
  'function-auto-ready': { path: tool('function-auto-ready'), install: 'scripts/tools crossplane' },
  chromium: { path: tool('chromium'), install: 'scripts/tools chromium' },
  'nack-crds': { path: folder('.tools/crds/nack.yaml'), install: 'scripts/tools nack-crds' },
  schemas: { path: folder('../shared/schemas'), install: 'the strict schemas of the custom resources, in ../shared/schemas' },
  'helm-values': { path: folder('../shared/helm-values'), install: 'the key trees of the charts, in ../shared/helm-values' },
} as const;

export type Part = keyof typeof PARTS;

/** The path of a part that is there. */
export function part(name: Part): string {
  const { path } = PARTS[name];
  if (path === undefined) throw new Error(missing(name));
  return path;
}

/** Adds a test that needs real parts: skipped with a word where one is missing, failed where CI=true. */
export function realTest(suite: Test, name: string, needs: readonly Part[], run: () => Promise<void> | void): void {
  const absent = needs.filter((need) => PARTS[need].path === undefined);
  if (absent.length === 0) suite(name, run);
  else if (process.env.CI === 'true')
    suite(name, () => {
      throw new Error(absent.map(missing).join('; '));
    });
  else {
    process.stdout.write(`skipped: ${name}: ${absent.map(missing).join('; ')}\n`);
    suite.skip(name, run);
  }
}

function missing(name: Part): string {
  return `${name} is missing; install it with: ${PARTS[name].install}`;
}

function tool(name: string): string | undefined {
  const folders = [join(ROOT, '.tools/bin'), ...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((one) => join(one, name)).find((path) => existsSync(path));
}

function folder(path: string, up = '.'): string | undefined {
  const full = join(ROOT, path);
  return existsSync(full) ? resolve(full, up) : undefined;
}

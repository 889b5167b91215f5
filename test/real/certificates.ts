import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { part } from './parts.ts';

export interface Authority {
  /** PEM of the authority's certificate. */
  readonly ca: string;
  /** Makes `tls.crt`, `tls.key` and `ca.crt` in a folder, as cert-manager does in a secret. */
  issue(folder: string, names: readonly string[]): void;
}

/** A certificate authority for one test, in a folder. */
export function authority(folder: string): Authority {
  const openssl = (...args: string[]): void => void execFileSync(part('openssl'), args, { stdio: 'pipe' });
  const key = join(folder, 'authority.key');
  const crt = join(folder, 'authority.crt');
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', crt, '-days', '2', '-subj', '/CN=test authority');
  const ca = readFileSync(crt, 'utf8');
  return {
    ca,
    issue: (to, names) => {
      const path = (name: string): string => join(to, name);
      const alternatives = names.map((name) => (/^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`)).join(',');
      writeFileSync(path('extensions'), `subjectAltName=${alternatives}\nextendedKeyUsage=serverAuth,clientAuth\n`);
      openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', path('tls.key'), '-out', path('request'), '-subj', '/CN=test');
      openssl(
        'x509',
        '-req',
        '-in',
        path('request'),
        '-CA',
        crt,
        '-CAkey',
        key,
        '-CAcreateserial',
        '-out',
        path('tls.crt'),
        '-days',
        '1',
        '-extfile',
        path('extensions'),
      );
      writeFileSync(path('ca.crt'), ca);
    },
  };
}

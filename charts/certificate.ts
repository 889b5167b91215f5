import type { Chart } from 'cdk8s';
import { customResource } from './custom-resource.ts';
import { INTERNAL_ISSUER } from './names.ts';

interface Wanted {
  readonly name: string;
  readonly namespace: string;
  readonly dnsNames: readonly string[];
  /** Client authentication too, where servers also dial each other. */
  readonly client?: boolean;
}

/** Adds a certificate of the internal authority; its secret has `tls.crt`, `tls.key` and `ca.crt`. */
export function certificate(scope: Chart, { name, namespace, dnsNames, client = false }: Wanted): void {
  customResource(scope, {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    name,
    namespace,
    spec: {
      secretName: name,
      duration: '2160h',
      renewBefore: '720h',
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      usages: ['digital signature', 'server auth', ...(client ? ['client auth'] : [])],
      dnsNames: [...dnsNames],
      issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: INTERNAL_ISSUER },
    },
  });
}

/** Every name under which pods of any namespace may call a service. */
export function serviceNames(service: string, namespace: string): string[] {
  return [`${service}.${namespace}.svc`, `${service}.${namespace}.svc.cluster.local`, `${service}.${namespace}`, service];
}

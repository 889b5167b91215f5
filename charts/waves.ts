/**
 * Argo CD sync waves of the Applications in one cluster, the one place where order is decided.
 * A wave begins when every Application of the wave before is healthy.
 */
export const WAVES = {
  /** Namespaces, quotas, priority classes. */
  foundation: -40,
  /** Argo CD itself, with the health checks that make the later waves mean something. */
  delivery: -30,
  /** Operators and their custom resource definitions. */
  operators: -20,
  /** Crossplane's providers and functions, which bring the definitions of what follows. */
  providers: -18,
  /** How providers log in, and compositions. */
  configs: -16,
  /** The resources of this cluster's own cloud. */
  infrastructure: -14,
  /** Admission policies, before anything they judge. */
  admission: -10,
  /** Secret stores, secrets, certificate authority. */
  secrets: -5,
  /** Messaging and connection pools. */
  data: 5,
  /** Exporters, which watch what runs by now. */
  observers: 10,
  /** The CRM. */
  application: 20,
  /** What depends on the other cloud comes last: when that cloud is lost, nothing of this one waits. */
  link: 30,
} as const;

export type Wave = keyof typeof WAVES;

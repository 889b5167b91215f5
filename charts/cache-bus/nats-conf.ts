import { type Cloud, otherCloud } from '../../environments/platform.ts';
import { type Cluster, ownSide } from '../cluster.ts';
import { NAMESPACES, PORTS } from '../names.ts';

/** Where the pod finds what it is given; tests serve the same file from a folder of their own. */
export const PATHS = { config: '/etc/nats', tls: '/etc/nats-tls', data: '/data' } as const;

export const SERVICE = 'nats';
export const HEADLESS = 'nats-headless';

/** JetStream domain of a cloud: its streams live on when the other cloud and the link are gone. */
export function domainOf(cloud: Cloud): string {
  return cloud;
}

/** Whether this cloud's servers accept the other cloud's leaf connection; the other side dials. */
export function isHub({ platform, cloud }: Cluster): boolean {
  return platform.link.owner === cloud;
}

/** Replicas as a number; the configuration lists the odd ones as texts. */
export function replicasOf({ platform }: Cluster): number {
  return Number(platform.messaging.replicas);
}

/**
 * nats.conf of one cloud: a cluster with JetStream in its own domain, joined to the other cloud as a leaf.
 * Passwords come from the environment (`$NATS_..._PASSWORD`), so that no file holds one.
 */
export function natsConf(cluster: Cluster): string {
  const { tls, stream, storage } = cluster.platform.messaging;
  const certificate = (verify: boolean): string =>
    `tls { cert_file: "${PATHS.tls}/tls.crt", key_file: "${PATHS.tls}/tls.key", ca_file: "${PATHS.tls}/ca.crt", verify: ${verify} }`;
  const secured = (verify: boolean): string => (tls ? `  ${certificate(verify)}\n` : '');
  // Two streams, the own and the mirror, and room to compact them.
  const maxFile = Math.min(stream.maxBytes * 2 + 2 ** 30, Math.floor(storage * 0.9));
  return `# Messaging of ${cluster.cloud}: cache invalidations, mirrored across the link.
server_name: $POD_NAME
listen: "0.0.0.0:${PORTS.nats}"
http: "0.0.0.0:${PORTS.natsMonitor}"
pid_file: "/var/run/nats/nats.pid"
${tls ? `${certificate(false)}\n` : ''}
max_payload: 65536
lame_duck_grace_period: "10s"
lame_duck_duration: "30s"

jetstream {
  store_dir: "${PATHS.data}"
  domain: ${domainOf(cluster.cloud)}
  max_memory_store: 67108864
  max_file_store: ${maxFile}
}

# Servers know each other by their certificates.
cluster {
  name: crm-${cluster.cloud}
  listen: "0.0.0.0:${PORTS.natsCluster}"
  connect_retries: 120
${secured(true)}  routes: [
${routes(cluster)}
  ]
}

accounts {
  SYS { users: [ { user: system, password: $NATS_SYSTEM_PASSWORD } ] }
  CRM {
    jetstream: enabled
    users: [
      # Streams and consumers are made by the JetStream controller alone.
      { user: controller, password: $NATS_CONTROLLER_PASSWORD }
      # The application announces what it changed, and nothing else.
      { user: application, password: $NATS_APPLICATION_PASSWORD, permissions: { publish: [ "cache.invalidation.${cluster.cloud}.>" ], subscribe: [ "_INBOX.>" ] } }
      # The relay reads both streams and acknowledges.
      { user: relay, password: $NATS_RELAY_PASSWORD, permissions: { publish: [ "$JS.API.INFO", "$JS.API.STREAM.INFO.>", "$JS.API.CONSUMER.>", "$JS.ACK.>" ], subscribe: [ "_INBOX.>" ] } }
      { user: leaf, password: $NATS_LEAF_PASSWORD }
    ]
  }
}
system_account: SYS

${leafnodes(cluster, secured)}`;
}

function routes(cluster: Cluster): string {
  const scheme = cluster.platform.messaging.tls ? 'tls' : 'nats';
  return Array.from(
    { length: replicasOf(cluster) },
    (_, index) => `    "${scheme}://nats-${index}.${HEADLESS}.${NAMESPACES.messaging}.svc:${PORTS.natsCluster}"`,
  ).join('\n');
}

function leafnodes(cluster: Cluster, secured: (verify: boolean) => string): string {
  if (isHub(cluster))
    return `leafnodes {
  listen: "0.0.0.0:${PORTS.natsLeafnode}"
${secured(true)}  authorization { user: leaf, password: $NATS_LEAF_PASSWORD, account: CRM, timeout: 5 }
}
`;
  const hub = cluster.platform[otherCloud(cluster.cloud)].messaging.leafnodeHost;
  const tls = cluster.platform.messaging.tls
    ? `\n      tls { cert_file: "${PATHS.tls}/tls.crt", key_file: "${PATHS.tls}/tls.key", ca_file: "${PATHS.tls}/ca.crt", timeout: 5 }`
    : '';
  return `# ${hub}, with its password: the secret holds the whole address.
leafnodes {
  reconnect: "2s"
  remotes: [
    {
      urls: [ $NATS_LEAF_URL ]
      account: CRM${tls}
    }
  ]
}
`;
}

/** The names under which the server is called, from inside and from the other cloud. */
export function serverNames(cluster: Cluster): string[] {
  const headless = `${HEADLESS}.${NAMESPACES.messaging}.svc`;
  return [`*.${headless}`, `*.${headless}.cluster.local`, ownSide(cluster).messaging.leafnodeHost];
}

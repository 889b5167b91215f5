import type { Chart } from 'cdk8s';
import { CLOUDS, type Cloud } from '../../environments/platform.ts';
import { formatDuration } from '../../environments/units.ts';
import type { Cluster } from '../cluster.ts';
import { customResource } from '../custom-resource.ts';
import { NAMESPACES, PORTS } from '../names.ts';
import { domainOf, replicasOf, SERVICE } from './nats-conf.ts';

/** JetStream's name of a cloud's stream of invalidations; the same name on both sides. */
export function streamName(cloud: Cloud): string {
  return `CACHE_INVALIDATION_${cloud.toUpperCase()}`;
}

/**
 * The own stream takes what this cloud's application announces; the other cloud's stream is mirrored, so
 * that a broken link delays events and loses none for as long as the stream keeps them.
 */
export function streams(scope: Chart, cluster: Cluster): void {
  const namespace = NAMESPACES.messaging;
  customResource(scope, {
    apiVersion: 'jetstream.nats.io/v1beta2',
    kind: 'Account',
    name: 'crm',
    namespace,
    spec: {
      name: 'crm',
      servers: [`${cluster.platform.messaging.tls ? 'tls' : 'nats'}://${SERVICE}.${namespace}.svc:${PORTS.nats}`],
      ...(cluster.platform.messaging.tls ? { tls: { secret: { name: 'nats-tls' }, ca: 'ca.crt' } } : {}),
      user: { secret: { name: 'nats-controller' }, user: 'username', password: 'password' },
    },
  });
  for (const cloud of CLOUDS)
    customResource(scope, {
      apiVersion: 'jetstream.nats.io/v1beta2',
      kind: 'Stream',
      name: `cache-invalidation-${cloud}`,
      namespace,
      spec: { account: 'crm', ...streamConfig(cluster, cloud) },
    });
}

/** One stream as JetStream understands it, durations as Go durations. */
export function streamConfig(cluster: Cluster, origin: Cloud): Record<string, unknown> {
  const { stream } = cluster.platform.messaging;
  const common = {
    name: streamName(origin),
    storage: 'file',
    retention: 'limits',
    discard: 'old',
    replicas: replicasOf(cluster),
    maxAge: goDuration(stream.retention),
    maxBytes: stream.maxBytes,
    maxMsgSize: 65_536,
  };
  if (origin === cluster.cloud)
    return { ...common, subjects: [`cache.invalidation.${origin}.>`], duplicateWindow: goDuration(stream.duplicateWindow) };
  return { ...common, mirror: { name: streamName(origin), externalApiPrefix: `$JS.${domainOf(origin)}.API` } };
}

/** Go has no days. */
function goDuration(seconds: number): string {
  return seconds % 86_400 === 0 ? `${seconds / 3600}h` : formatDuration(seconds);
}

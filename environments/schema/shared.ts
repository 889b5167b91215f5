import { type Static, Type } from '@sinclair/typebox';
import {
  bytes,
  choice,
  cidr,
  cores,
  date,
  duration,
  email,
  flag,
  hostname,
  list,
  section,
  sqlname,
  text,
  urlpath,
  whole,
} from './formats.ts';

const share = (cloud: string) => whole(0, 100, { description: `Percent of the traffic for ${cloud}.`, examples: [50] });

const gitops = section(
  {
    repository: text({
      description: 'The Git repository that both Argo CDs sync from; Tandem renders into it.',
      pattern: '^(https://|ssh://|git@)[^\\s]+$',
      examples: ['https://github.com/example/crm-gitops.git'],
    }),
    revision: text({ description: 'The branch or tag that Argo CD follows.', pattern: '^[A-Za-z0-9._/-]{1,200}$', default: 'main' }),
    directory: text({
      description: 'The folder inside the repository that holds what Tandem renders; `.` is its root.',
      pattern: '^(\\.|[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*)$',
      default: '.',
    }),
    selfHeal: flag({ description: 'Whether Argo CD undoes changes made by hand in the cluster.', default: true }),
  },
  { title: 'GitOps', description: 'Where the rendered tree is published and how Argo CD applies it.' },
);

const objective = (rto: string, rpo: string, what: string) =>
  section(
    {
      rto: duration({ description: `Recovery time objective: how long ${what} may interrupt writes.`, examples: [rto] }),
      rpo: duration({ description: 'Recovery point objective: how much committed work may be lost, as time.', examples: [rpo] }),
    },
    { description: `Objectives when ${what}.` },
  );

const recovery = section(
  {
    detection: duration({ description: 'The longest time until Cloudflare stops sending traffic to a lost cloud.', examples: ['30s'] }),
    decision: duration({ description: 'How long a person takes to approve a failover.', examples: ['60s'] }),
    promotion: duration({
      description: 'How long fencing and promoting the other database take, as measured in drills.',
      examples: ['20s'],
    }),
    warmUp: duration({
      description: 'How long until the side that is left carries all: pods start, caches fill; as measured in drills.',
      default: '30s',
    }),
    awsLost: objective('5m', '5s', 'the whole of AWS is lost'),
    gcpLost: objective('2m', '0s', 'the whole of GCP is lost'),
    tunnelLost: objective('60s', '0s', 'one VPN tunnel is lost'),
    databaseNodeLost: objective('120s', '0s', 'the primary database fails over to its standby'),
  },
  { title: 'Recovery objectives', description: 'What losing a part may cost; laws compare it with what the configuration can do.' },
);

const cloudflareId = (options: { description: string }) =>
  text({ ...options, pattern: '^[0-9a-f]{32}$', examples: ['0123456789abcdef0123456789abcdef'] });

const monitor = section(
  {
    path: urlpath({ description: 'Answers 200 when this side can serve; never asks the other side.', default: '/healthz' }),
    interval: duration({ description: 'Time between two checks.', default: '15s' }),
    timeout: duration({ description: 'How long one check waits for an answer.', default: '5s' }),
    retries: whole(0, 5, { description: 'Immediate retries after a timeout.', default: 2 }),
    consecutiveDown: whole(1, 10, { description: 'Failed checks in a row until a pool counts as down.', default: 1 }),
    consecutiveUp: whole(1, 10, { description: 'Good checks in a row until a pool counts as up.', default: 2 }),
    regions: list(text({ description: 'A Cloudflare region code, or ALL.', pattern: '^[A-Z]{2,5}$', examples: ['NEAS'] }), {
      description: 'Where Cloudflare checks from; dynamic latency steering needs round trips from every region: [ALL].',
      minItems: 1,
      default: ['ALL'],
    }),
  },
  { description: 'The health check of both origins.', default: {} },
);

const traffic = section(
  {
    account: cloudflareId({ description: 'The Cloudflare account that holds the load balancer.' }),
    zone: hostname({ description: 'The Cloudflare zone.', examples: ['example.com'] }),
    zoneId: cloudflareId({ description: 'The id of the zone.' }),
    ownsZone: flag({
      description: 'Whether this environment keeps the settings of the whole zone; one environment a zone may.',
      default: true,
    }),
    hostname: hostname({ description: 'The name that users open.', examples: ['crm.example.com'] }),
    plan: choice(['free', 'pro', 'business', 'enterprise'], {
      description: 'The Cloudflare plan; it bounds the check interval and the steering.',
      default: 'enterprise',
    }),
    steering: choice(['dynamicLatency', 'weighted', 'off'], {
      description: 'dynamicLatency sends each region to the faster cloud; weighted splits by `shares`; off uses the pools in order.',
      default: 'dynamicLatency',
    }),
    shares: Type.Optional(
      section({ aws: share('AWS'), gcp: share('GCP') }, { description: 'The split under weighted steering; together 100.' }),
    ),
    failoverAcrossPools: flag({ description: 'Whether a failed request is retried on the other cloud at once.', default: true }),
    originPulls: flag({ description: 'Whether origins accept Cloudflare only, by client certificate.', default: true }),
    recoveryRamp: list(whole(1, 99, { description: 'Percent of traffic for the returning cloud.' }), {
      description: 'Steps in which a returned cloud takes traffic again.',
      default: [10, 25, 50],
      maxItems: 10,
    }),
    monitor,
  },
  { title: 'Global traffic', description: 'The Cloudflare load balancer over both clouds.' },
);

const link = section(
  {
    owner: choice(['aws', 'gcp'], { description: 'The cluster that manages the VPN and the edge; the other observes.', default: 'aws' }),
    tunnels: list(cidr({ description: 'The /30 inside range of one tunnel.', examples: ['169.254.10.0/30'] }), {
      description: 'Inside ranges of the four tunnels: two connections with two tunnels each.',
      minItems: 4,
      maxItems: 4,
    }),
    keepalive: duration({ description: 'BGP keepalive of the Cloud Router; AWS negotiates 10 s in any case.', default: '20s' }),
    mtu: whole(1280, 1460, { description: 'MTU of both networks, below what an IPsec tunnel carries.', default: 1400 }),
  },
  { title: 'Link', description: 'The HA VPN between the clouds.' },
);

const replication = section(
  {
    role: sqlname({ description: 'The one role that replicates, in both directions.', default: 'crm_replication' }),
    publication: sqlname({ description: 'Publication on the writer.', default: 'crm_replication' }),
    subscription: sqlname({ description: 'Subscription on the other side, and its slot.', default: 'crm_subscription' }),
    failback: sqlname({ description: 'Publication and slot that a promotion prepares for the way back.', default: 'crm_failback' }),
    heartbeat: duration({ description: 'How often the writer stamps the heartbeat row.', default: '1s' }),
    lagWarning: duration({ description: 'Replication lag that warns.', default: '3s' }),
    lagCritical: duration({ description: 'Replication lag that pages; not looser than the RPO.', default: '5s' }),
    walPerHour: bytes({ description: 'Write-ahead log that the writer produces in a busy hour.', examples: ['4Gi'] }),
    toleratedOutage: duration({
      description: 'How long the other side may be away and still resume without a full copy.',
      examples: ['12h'],
    }),
    sequenceGap: whole(1, 100_000_000, {
      description: 'How far sequences jump at promotion, above what the lost side can have issued.',
      default: 10_000,
    }),
    maxWalSenders: whole(4, 100, { description: 'max_wal_senders on both sides.', default: 10 }),
    maxReplicationSlots: whole(4, 100, { description: 'max_replication_slots on both sides.', default: 10 }),
  },
  { description: 'Logical replication from the writer to the other side.' },
);

const database = section(
  {
    name: sqlname({ description: 'The database.', default: 'crm' }),
    majorVersion: choice(['15', '16', '17'], {
      description: 'PostgreSQL major version on both sides; 16 and later can break replication loops by origin.',
      default: '16',
    }),
    writer: choice(['aws', 'gcp'], {
      description: 'The side that writes when an environment is first built; afterwards the writer record says.',
      default: 'aws',
    }),
    lease: duration({
      description: 'How long a pool may serve writes after its writer was last confirmed; a failover waits for what is left of it.',
      default: '15s',
    }),
    whenAlone: choice(['fence', 'keep'], {
      description:
        'What the writer does when it reaches neither its authority nor the other cloud: fence stops writing when the lease ends; keep goes on, and two databases may be written if the other side takes over.',
      default: 'fence',
    }),
    authority: hostname({
      description: 'Where the writer’s authority answers: a Worker in the zone, at a name of its own.',
      examples: ['writer.example.com'],
    }),
    guardRole: sqlname({ description: 'The role that guards renew the lease with; it can do nothing else.', default: 'tandem_guard' }),
    applicationRole: sqlname({ description: 'The role the application logs in with.', default: 'crm_app' }),
    poolerRole: sqlname({ description: 'The role PgBouncer asks for password verifiers with.', default: 'pgbouncer_auth' }),
    monitorRole: sqlname({ description: 'The role the exporter reads statistics with (pg_monitor).', default: 'crm_monitor' }),
    replication,
  },
  { title: 'Database', description: 'PostgreSQL on both clouds: one writer, one subscriber.' },
);

const resources = (cpu: string, memory: string) =>
  section(
    {
      cpu: cores({ description: 'Requested processor time.', default: cpu }),
      memory: bytes({ description: 'Requested memory, and its limit.', default: memory }),
    },
    { description: 'What one pod requests.', default: {} },
  );

const pgbouncer = section(
  {
    replicas: whole(2, 50, { description: 'Pods in each cloud at rest.', default: 3 }),
    maxReplicas: whole(2, 50, { description: 'Pods in each cloud at most; the pools of all of them must fit the writer.', default: 4 }),
    poolMode: choice(['transaction', 'session'], { description: 'How long a client keeps a server connection.', default: 'transaction' }),
    maxClientConnections: whole(10, 50_000, { description: 'Clients that one pod accepts.', default: 1000 }),
    poolSize: whole(1, 500, { description: 'Server connections of one pod to one database.', default: 25 }),
    reservePoolSize: whole(0, 100, { description: 'Extra server connections when clients wait too long.', default: 5 }),
    reservePoolTimeout: duration({ description: 'How long a client waits before the reserve is used.', default: '3s' }),
    maxPreparedStatements: whole(0, 10_000, {
      description: 'Protocol-level prepared statements kept for each connection; needs 1.21.',
      default: 200,
    }),
    serverLoginRetry: duration({
      description: 'Pause after a failed server login; the default of 15 s would outlast a failover.',
      default: '1s',
    }),
    serverLifetime: duration({ description: 'Age at which a server connection is renewed.', default: '1h' }),
    queryWaitTimeout: duration({ description: 'How long a client waits for a server connection before it is refused.', default: '60s' }),
    idleTransactionTimeout: duration({
      description: 'How long an open transaction may idle; it would block a switchover.',
      default: '30s',
    }),
    clientTls: choice(['require', 'prefer', 'allow', 'disable'], { description: 'TLS between clients and PgBouncer.', default: 'require' }),
    serverTls: choice(['verify-full', 'verify-ca', 'require', 'prefer', 'disable'], {
      description: 'TLS between PgBouncer and PostgreSQL.',
      default: 'verify-full',
    }),
    resources: resources('250m', '256Mi'),
  },
  {
    title: 'PgBouncer',
    description: 'The connection pool in each cluster: `crm` goes to the writer, `crm_ro` to the local copy.',
    default: {},
  },
);

const application = section(
  {
    replicas: whole(2, 500, { description: 'Pods in each cloud at rest.', default: 4 }),
    maxReplicas: whole(2, 1000, { description: 'Pods in each cloud at most: one cloud carries all when the other is lost.', default: 40 }),
    targetCpuPercent: whole(10, 95, { description: 'Mean processor use that the autoscaler holds.', default: 60 }),
    port: whole(1024, 65_535, { description: 'The port the application listens on.', default: 8080 }),
    readinessPath: urlpath({ description: 'Answers 200 when local reads work.', default: '/readyz' }),
    drain: duration({ description: 'How long a pod still answers after it was told to stop.', default: '20s' }),
    resources: resources('500m', '1Gi'),
    logLevel: choice(['debug', 'info', 'warn', 'error'], { description: 'Log level.', default: 'info' }),
    secrets: list(
      text({
        description: 'A secret in the cloud’s secret manager, below the environment’s prefix; not one that Tandem fetches by itself.',
        pattern:
          '^(?!(database|cache|messaging|internal-ca|gitops|grafana|link|cloudflare-api|cloudflare-dns)$)[a-z]([a-z0-9-]{0,61}[a-z0-9])?$',
        examples: ['api-keys'],
      }),
      {
        description: 'Secrets whose keys become environment variables of the application.',
        default: ['api-keys', 'application'],
        maxItems: 20,
        uniqueItems: true,
      },
    ),
  },
  { title: 'Application', description: 'The CRM itself.', default: {} },
);

const stream = section(
  {
    retention: duration({ description: 'How long an event is kept; a link may be down that long without losing one.', default: '24h' }),
    maxBytes: bytes({ description: 'The most that a stream keeps.', default: '2Gi' }),
    duplicateWindow: duration({ description: 'How long an event id is remembered against duplicates.', default: '2m' }),
  },
  { description: 'The cache invalidation stream of each cloud, mirrored to the other.', default: {} },
);

const messaging = section(
  {
    replicas: choice(['1', '3', '5'], { description: 'NATS servers in each cloud; an odd number keeps a quorum.', default: '3' }),
    storage: bytes({ description: 'Disk of one NATS server.', default: '10Gi' }),
    tls: flag({ description: 'TLS between clients, servers and clouds.', default: true }),
    stream,
    resources: resources('250m', '512Mi'),
  },
  { title: 'Messaging', description: 'NATS JetStream, which carries cache invalidations between the clouds.', default: {} },
);

const image = (repository: string, what: string) =>
  section(
    {
      repository: text({ description: 'Path below each cloud’s registry.', pattern: '^[a-z0-9]+([._/-][a-z0-9]+)*$', default: repository }),
      tag: text({ description: 'An exact version.', pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$', examples: ['1.2.3'] }),
      digest: Type.Optional(
        text({
          description: 'The content digest, where the registry’s tags can move.',
          pattern: '^sha256:[0-9a-f]{64}$',
          examples: [`sha256:${'0'.repeat(64)}`],
        }),
      ),
    },
    { description: what },
  );

const images = section(
  {
    application: image('crm/app', 'The CRM application.'),
    pgbouncer: image('mirror/pgbouncer', 'PgBouncer; its tag is its version.'),
    pgbouncerExporter: image('mirror/pgbouncer-exporter', 'Metrics of PgBouncer.'),
    nats: image('mirror/nats', 'The NATS server.'),
    natsReloader: image('mirror/nats-server-config-reloader', 'Reloads NATS when a certificate is renewed.'),
    natsExporter: image('mirror/prometheus-nats-exporter', 'Metrics of NATS.'),
  },
  {
    title: 'Images',
    description: 'What runs, mirrored into each cloud’s own registry so that losing one cloud never stops a pull in the other.',
  },
);

const monitoring = section(
  {
    scrapeInterval: duration({ description: 'Time between two scrapes.', default: '15s' }),
    retention: duration({ description: 'How long Prometheus keeps samples.', default: '15d' }),
    storage: bytes({ description: 'Disk of one Prometheus.', default: '50Gi' }),
    grafana: flag({ description: 'Whether each cluster runs Grafana.', default: true }),
  },
  { title: 'Monitoring', description: 'Prometheus in each cluster.', default: {} },
);

const existing = section(
  {
    kind: text({ description: 'Kind of the managed resource.', pattern: '^[A-Z][A-Za-z0-9]{1,62}$', examples: ['VPC'] }),
    name: text({
      description: 'Name of the managed resource, as rendered.',
      pattern: '^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$',
      examples: ['crm-production'],
    }),
    id: text({ description: 'The id that the cloud gave it.', pattern: '^[^\\s]{1,400}$', examples: ['vpc-0a1b2c3d4e5f67890'] }),
  },
  { description: 'One resource that exists already and is adopted, never created a second time.' },
);

const waiver = section(
  {
    rule: text({ description: 'The code of the rule.', pattern: '^TD[0-9]{3}$', examples: ['TD203'] }),
    path: Type.Optional(
      text({
        description: 'Only findings at this configuration path; all findings of the rule when left out.',
        pattern: '^[A-Za-z0-9.\\[\\]_-]{1,200}$',
      }),
    ),
    reason: text({ description: 'Why the law does not hold here, and who decided.', pattern: '\\S.{9,}' }),
    expires: date({ description: 'The last day on which the waiver counts.', examples: ['2026-12-31'] }),
  },
  { description: 'One exception from a law.' },
);

/** `environments/NAME.yaml`: what both clouds share. */
export const sharedSchema = section(
  {
    gitops,
    recovery,
    traffic,
    link,
    database,
    pgbouncer,
    application,
    messaging,
    images,
    monitoring,
    alerts: section(
      {
        email: email({
          description: 'Who is told when an alarm of either cloud or of Cloudflare fires.',
          examples: ['oncall@example.com'],
        }),
      },
      { title: 'Alerts', description: 'Where alarms go.' },
    ),
    existing: list(existing, {
      description: 'Ids of resources that the clouds or Cloudflare name by themselves, so that a new cluster adopts them.',
      default: [],
    }),
    secretRefresh: duration({ description: 'How often secrets are read again from the secret managers.', default: '1h' }),
    peak: section(
      {
        cpu: cores({ description: 'Processor time of the whole CRM at its peak, both clouds together.', examples: ['24'] }),
        memory: bytes({ description: 'Memory of the whole CRM at its peak, both clouds together.', examples: ['80Gi'] }),
      },
      { title: 'Peak', description: 'The demand that one cloud alone must carry after a failover.' },
    ),
    waivers: list(waiver, { description: 'Laws that do not hold here for now.', default: [] }),
  },
  { title: 'Tandem environment', description: 'What both clouds of one environment share.' },
);

export type Shared = Static<typeof sharedSchema>;

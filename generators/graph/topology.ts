import { originName } from '../../charts/application/origin.ts';
import { CLOUDS, type Cloud, otherCloud, type Platform } from '../../environments/platform.ts';
import { formatBytes } from '../../environments/units.ts';
import { recoveryBudget, worstDetection } from '../../policies/recovery-budget.ts';
import { arrow, type Box, box, heightOf, type Line, label, panel, picture, type Tone } from './svg.ts';

const WIDTH = 1400;
const PANEL = { width: 500, y: 236 };
const LEFT: Record<Cloud, number> = { aws: 40, gcp: WIDTH - 40 - PANEL.width };
const MIDDLE = WIDTH / 2;
const GAP = 18;
const STEERING = { dynamicLatency: 'each region to the faster cloud', weighted: 'by weight', off: 'in order' } as const;

/** The platform as a picture: where traffic enters, what each cloud holds, the four tunnels, and who writes. */
export function topology(platform: Platform): string {
  const columns = Object.fromEntries(CLOUDS.map((cloud) => [cloud, column(platform, cloud)])) as Record<Cloud, Column>;
  const panelHeight = Math.max(...CLOUDS.map((cloud) => columns[cloud].bottom)) - PANEL.y + 24;
  const foot = PANEL.y + panelHeight + 28;
  const recovery = recoveryBox(platform, foot);
  const height = foot + heightOf(recovery) + 32;
  return picture(WIDTH, height, `${platform.name}: topology`, [
    ...entrance(platform),
    ...CLOUDS.map((cloud) => panel(`panel-${cloud}`, LEFT[cloud], PANEL.y, PANEL.width, panelHeight, headOf(platform, cloud), cloud)),
    ...CLOUDS.flatMap((cloud) => columns[cloud].boxes.map(box)),
    ...link(platform),
    ...replication(platform, columns),
    box(recovery),
  ]);
}

function headOf(platform: Platform, cloud: Cloud): string {
  return cloud === 'aws' ? `AWS  ${platform.aws.region}` : `Google Cloud  ${platform.gcp.region}`;
}

/** Users, Cloudflare, and an arrow to each cloud. */
function entrance({ name, traffic, link, recovery }: Platform): string[] {
  const { monitor } = traffic;
  const shares = traffic.shares ? ` (${traffic.shares.aws} % AWS, ${traffic.shares.gcp} % GCP)` : '';
  const edge: Box = {
    id: 'edge',
    x: MIDDLE - 270,
    y: 56,
    width: 540,
    badge: { text: `managed by ${link.owner.toUpperCase()}`, tone: 'edge' },
    lines: [
      { text: 'Cloudflare', kind: 'title' },
      { text: `${traffic.hostname}: steering ${STEERING[traffic.steering]}${shares}` },
      {
        text: `checks ${monitor.path} every ${monitor.interval} s; out after at most ${worstDetection(monitor)} s (budget ${recovery.detection} s)`,
        kind: 'soft',
      },
      { text: traffic.originPulls ? 'origins take Cloudflare’s certificate only' : 'origins take any client', kind: 'soft' },
    ],
  };
  const bottom = edge.y + heightOf(edge);
  return [
    label(40, 38, `Tandem: ${name}`, { kind: 'head', anchor: 'start' }),
    box(edge),
    ...CLOUDS.map((cloud) => {
      const x = LEFT[cloud] + PANEL.width / 2;
      const from = cloud === 'aws' ? edge.x + 60 : edge.x + edge.width - 60;
      return arrow(
        [
          [from, bottom],
          [from, bottom + 22],
          [x, bottom + 22],
          [x, PANEL.y - 2],
        ],
        'edge',
      );
    }),
  ];
}

interface Column {
  readonly boxes: readonly Box[];
  readonly database: Box;
  readonly bottom: number;
}

/** What one cloud holds, from the load balancer down to its ranges. */
function column(platform: Platform, cloud: Cloud): Column {
  const writes = platform.database.writer === cloud;
  const parts: { id: string; lines: Line[]; badge?: Box['badge'] }[] = [
    { id: 'entry', lines: entry(platform, cloud) },
    { id: 'cluster', lines: cluster(platform, cloud) },
    {
      id: 'database',
      lines: database(platform, cloud),
      badge: writes ? { text: 'WRITER', tone: 'write' } : { text: 'SUBSCRIBER', tone: 'copy' },
    },
    { id: 'cache', lines: cache(platform, cloud) },
    { id: 'ranges', lines: ranges(platform, cloud) },
  ];
  let y = PANEL.y + 54;
  const boxes = parts.map(({ id, lines, badge }): Box => {
    const one: Box = { id: `${id}-${cloud}`, x: LEFT[cloud] + 20, y, width: PANEL.width - 40, lines, ...(badge ? { badge } : {}) };
    y += heightOf(one) + GAP;
    return one;
  });
  return { boxes, database: boxes[2] as Box, bottom: y - GAP };
}

function entry(platform: Platform, cloud: Cloud): Line[] {
  return [
    { text: cloud === 'aws' ? 'Application Load Balancer' : 'Global external load balancer', kind: 'title' },
    { text: `${originName({ platform, cloud })}: TLS only, to pods on ${platform.application.port}`, kind: 'soft' },
  ];
}

function cluster(platform: Platform, cloud: Cloud): Line[] {
  const { kubernetes } = platform[cloud];
  const { nodes } = kubernetes;
  const type = 'instanceType' in nodes ? nodes.instanceType : nodes.machineType;
  const { application, pgbouncer } = platform;
  return [
    { text: `${cloud === 'aws' ? 'EKS' : 'GKE'} ${kubernetes.name}  ${kubernetes.version}`, kind: 'title' },
    { text: `${nodes.min} to ${nodes.max} nodes ${type}; ${application.replicas} to ${application.maxReplicas} pods of the CRM` },
    { text: `PgBouncer ${pgbouncer.replicas} to ${pgbouncer.maxReplicas} pods: crm to the writer, crm_ro to the local copy`, kind: 'soft' },
    { text: `NATS ${platform.messaging.replicas} servers, ${platform[cloud].messaging.leafnodeHost}`, kind: 'soft' },
  ];
}

function database(platform: Platform, cloud: Cloud): Line[] {
  const { aws, gcp, database: shared } = platform;
  const own = platform[cloud].database;
  return cloud === 'aws'
    ? [
        { text: `RDS PostgreSQL ${shared.majorVersion}`, kind: 'title' },
        {
          text: `${aws.database.instanceClass}, ${formatBytes(aws.database.storage)}${aws.database.multiAz ? ', two zones' : ', one zone'}, port ${own.port}`,
        },
        { text: `slots keep at most ${formatBytes(own.slotWalLimit)} of write-ahead log`, kind: 'soft' },
      ]
    : [
        { text: `Cloud SQL PostgreSQL ${shared.majorVersion}`, kind: 'title' },
        {
          text: `${gcp.database.tier}, ${formatBytes(gcp.database.storage)}${gcp.database.regional ? ', two zones' : ', one zone'}, port ${own.port}`,
        },
        { text: `slots keep at most ${formatBytes(own.slotWalLimit)} of write-ahead log`, kind: 'soft' },
      ];
}

function cache({ aws, gcp }: Platform, cloud: Cloud): Line[] {
  return cloud === 'aws'
    ? [
        { text: 'ElastiCache Redis', kind: 'title' },
        {
          text: `${aws.cache.nodes} x ${aws.cache.nodeType}, port ${aws.cache.port}${aws.cache.transitEncryption ? ', TLS' : ''}`,
          kind: 'soft',
        },
      ]
    : [
        { text: 'Memorystore Redis', kind: 'title' },
        {
          text: `${formatBytes(gcp.cache.memory)}${gcp.cache.highAvailability ? ', two zones' : ''}, port ${gcp.cache.port}${gcp.cache.transitEncryption ? ', TLS' : ''}`,
          kind: 'soft',
        },
      ];
}

function ranges({ aws, gcp }: Platform, cloud: Cloud): Line[] {
  if (cloud === 'gcp')
    return [
      { text: `Network  ASN ${gcp.network.asn}`, kind: 'title' },
      { text: `nodes ${gcp.network.nodes.text}` },
      { text: `pods ${gcp.network.pods.text}` },
      { text: `services ${gcp.network.services.text}` },
      { text: `Cloud SQL and Memorystore ${gcp.network.privateServices.text}` },
      { text: `control plane ${gcp.network.controlPlane.text}`, kind: 'soft' },
    ];
  const roles = ['public', 'private', 'pods'] as const;
  const of = (role: string) => aws.network.subnets.filter((subnet) => subnet.role === role);
  return [
    { text: `VPC ${aws.network.vpc.text}  ASN ${aws.network.asn}`, kind: 'title' },
    ...roles.flatMap((role) => {
      const all = of(role).map((subnet) => subnet.cidr.text);
      const pairs = Array.from({ length: Math.ceil(all.length / 3) }, (_, index) => all.slice(index * 3, index * 3 + 3));
      return pairs.map((pair, index): Line => ({ text: `${index === 0 ? role : '   …'} ${pair.join(', ')}` }));
    }),
    { text: `services ${aws.kubernetes.services.text}`, kind: 'soft' },
  ];
}

/** The four tunnels between the panels, each with its inside range. */
function link({ link: { tunnels, owner, mtu } }: Platform): string[] {
  const left = LEFT.aws + PANEL.width;
  const right = LEFT.gcp;
  const top = PANEL.y + 40;
  return [
    label(MIDDLE, top, 'HA VPN', { kind: 'title' }),
    label(MIDDLE, top + 20, `managed by ${owner.toUpperCase()}, MTU ${mtu}`, { kind: 'soft' }),
    ...tunnels.flatMap((tunnel, index) => {
      const y = top + 58 + index * 40;
      return [
        `<path class="wire" d="M${left} ${y} L${right} ${y}" style="stroke: var(--line)"/>`,
        label(MIDDLE, y - 7, `tunnel ${index}  ${tunnel.text}`),
      ];
    }),
  ];
}

/** From the writer to the subscriber, and what may lag. */
function replication({ database }: Platform, columns: Record<Cloud, Column>): string[] {
  const from = database.writer;
  const to = otherCloud(from);
  const y = columns[from].database.y + heightOf(columns[from].database) / 2;
  const side = (cloud: Cloud, end: number): number => (cloud === 'aws' ? LEFT.aws + PANEL.width - 20 + end : LEFT.gcp + 20 - end);
  const { lagWarning, lagCritical } = database.replication;
  const tone: Tone = 'write';
  return [
    arrow(
      [
        [side(from, 0), y],
        [side(to, 4), y],
      ],
      tone,
    ),
    label(MIDDLE, y - 10, 'logical replication', { kind: 'title', tone }),
    label(MIDDLE, y + 20, `lag warns at ${lagWarning} s`, { kind: 'soft' }),
    label(MIDDLE, y + 38, `and pages at ${lagCritical} s`, { kind: 'soft' }),
  ];
}

/** What each loss costs, in the worst case. */
function recoveryBox(platform: Platform, y: number): Box {
  return {
    id: 'recovery',
    x: 40,
    y,
    width: WIDTH - 80,
    lines: [
      { text: 'Recovery, worst case against objective', kind: 'title' },
      ...recoveryBudget(platform).map(
        ({ title, worst, objective, loss, lossObjective, phases }): Line => ({
          text: `${title}: ${worst} s of ${objective} s${worst > objective ? ', OVER' : ''} (${phases.map((phase) => `${phase.phase} ${phase.worst}`).join(', ')}); may lose ${loss} s of ${lossObjective} s`,
        }),
      ),
    ],
  };
}

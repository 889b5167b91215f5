import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { render } from '../../generators/render.ts';
import type { Tree } from '../../generators/tree.ts';
import { platformWith } from '../project.ts';
import { type Applied, type Engine, type Outcome, startEngine } from './composition.ts';
import { realTest } from './parts.ts';

const test = suite('compositions');
const NEEDS = ['crossplane', 'function-patch-and-transform', 'function-auto-ready'] as const;

interface Parts {
  composite: Applied;
  composition: Applied & { spec: { pipeline: { input?: { resources: Template[] } }[] } };
  definition: Applied;
}
interface Template {
  name: string;
  patches: { type: string; toFieldPath: string }[];
}

/** The composite, its composition and its definition, as rendered for one cluster. */
function partsOf(tree: Tree, kind: string, name: string, folder: string, cloud = 'aws'): Parts {
  const read = (path: string): Applied => parse(tree.get(`production/${cloud}/infrastructure/${path}`)?.content ?? '') as Applied;
  return {
    composite: {
      ...read(`${folder}/${kind.toLowerCase()}-${name}.yaml`),
      // What the API server adds.
    },
    composition: read(`configs/composition-${name}.yaml`) as Parts['composition'],
    definition: read(`configs/compositeresourcedefinition-${kind.toLowerCase()}s.infrastructure.tandem.internal.yaml`),
  };
}

const tree = render(platformWith({}));
const link = (): Parts => partsOf(tree, 'CrossCloudLink', 'crm-production-link', 'link');

/** What a cloud answers for a resource, once it has made it. */
type World = (resource: Applied, step: string) => object | undefined;

const outside = (connection: number, half: number): string => `198.51.100.${connection * 2 + half}`;

const clouds: World = ({ kind, metadata, spec }, step) => {
  const number = Number(step.at(-1));
  switch (kind) {
    case 'HaVPNGateway':
      return {
        id: `gateway/${metadata.name}`,
        vpnInterfaces: [
          { id: 0, ipAddress: '203.0.113.10' },
          { id: 1, ipAddress: '203.0.113.11' },
        ],
      };
    case 'CustomerGateway':
      return { id: `cgw-${number}` };
    case 'VPNConnection':
      return { id: `vpn-${number}`, tunnel1Address: outside(number, 1), tunnel2Address: outside(number, 2) };
    case 'RouterInterface':
      return { name: spec.forProvider.name };
    case 'LaunchTemplate':
      return { id: 'lt-1', latestVersion: 7 };
    case 'Key':
      return { arn: 'arn:aws:kms:ap-northeast-2:123456789012:key/1' };
    case 'Cluster':
      return { vpcConfig: { clusterSecurityGroupId: 'sg-nodes' } };
    case 'NotificationChannel':
      return { name: 'projects/p/notificationChannels/1' };
    case 'DatabaseInstance':
      return { privateIpAddress: '10.24.0.3' };
    case 'Instance':
      return { host: '10.24.1.4' };
    default:
      return { id: `${kind}/${metadata.name}` };
  }
};

/** Reconciles until nothing changes any more, as the cluster would, with the clouds' answers in between. */
async function settle(
  engine: Engine,
  { composite, composition, definition }: Parts,
  world: World,
  seen?: (round: Outcome) => void,
): Promise<Outcome> {
  let current: object = { ...composite, metadata: { ...composite.metadata, uid: '00000000-0000-0000-0000-000000000001' } };
  let observed: object[] = [];
  let before = '';
  for (let round = 0; round < 40; round++) {
    const outcome = await engine.render({ composite: current, composition, definition, observed });
    seen?.(outcome);
    observed = [...outcome.composed].flatMap(([step, resource]) => {
      const atProvider = world(resource, step);
      const conditions = ['Ready', 'Synced'].map((type) => ({
        type,
        status: 'True',
        reason: 'Available',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      }));
      return [{ ...resource, status: atProvider ? { atProvider, conditions } : {} }];
    });
    current = { ...current, status: outcome.composite.status };
    const now = canonical([[...outcome.composed].map(([step, { spec }]) => [step, spec]).sort(), settledStatus(outcome)]);
    if (now === before) return outcome;
    before = now;
  }
  throw new Error('it never settled');
}

/** JSON with sorted keys: the engine's maps have no order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    one !== null && typeof one === 'object' && !Array.isArray(one) ? Object.fromEntries(Object.entries(one).sort()) : one,
  );
}

/** The composite's status without the times of its conditions. */
function settledStatus({ composite }: Outcome): unknown {
  return Object.entries({ ...composite.status, conditions: readiness({ composite }) }).sort();
}

/** Whether the composite is ready: `True` or `False`. */
function readiness({ composite }: Pick<Outcome, 'composite'>): string | undefined {
  const conditions = (composite.status?.conditions ?? []) as { type: string; status: string }[];
  return conditions.find(({ type }) => type === 'Ready')?.status;
}

async function withEngine(run: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await startEngine();
  try {
    await run(engine);
  } finally {
    await engine.stop();
  }
}

const field = (object: unknown, path: string): unknown =>
  path
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], object);

/** Every field that a template waits for is there in what was composed from it. */
function nothingHalfWired({ composition }: Parts, { composed }: Outcome): void {
  const templates = composition.spec.pipeline[0]?.input?.resources ?? [];
  for (const { name, patches } of templates) {
    const resource = composed.get(name);
    if (!resource) continue;
    for (const patch of patches)
      if (patch.type === 'FromCompositeFieldPath')
        assert.ok(field(resource, patch.toFieldPath), `${name} is composed without ${patch.toFieldPath}`);
  }
}

realTest(test, 'the link: with all statuses known, everything is there and the addresses match', NEEDS, () =>
  withEngine(async (engine) => {
    const parts = link();
    const rounds: number[] = [];
    const { composed, composite } = await settle(engine, parts, clouds, (round) => {
      nothingHalfWired(parts, round);
      rounds.push(round.composed.size);
    });
    const of = (kind: string): Applied[] => [...composed.values()].filter((one) => one.kind === kind);
    assert.is(rounds[0], 1, 'at first there is Google’s gateway alone');
    assert.equal(
      of('CustomerGateway').map((one) => one.spec.forProvider.ipAddress),
      ['203.0.113.10', '203.0.113.11'],
    );
    assert.equal(
      of('VPNConnection').map((one) => one.spec.forProvider.customerGatewayId),
      ['cgw-0', 'cgw-1'],
    );
    const [external] = of('ExternalVPNGateway');
    assert.equal(
      external?.spec.forProvider.interface,
      [0, 1, 2, 3].map((id) => ({ id, ipAddress: `198.51.100.${id + 1}` })),
    );
    assert.is(external?.spec.forProvider.redundancyType, 'FOUR_IPS_REDUNDANCY');
    const tunnels = of('VPNTunnel');
    assert.equal(
      tunnels.map(({ spec: { forProvider } }) => [forProvider.vpnGatewayInterface, forProvider.peerExternalGatewayInterface]),
      [
        [0, 0],
        [0, 1],
        [1, 2],
        [1, 3],
      ],
    );
    // Both ends of each tunnel: the same key, the inside addresses of the same range.
    for (const [number, tunnel] of tunnels.entries()) {
      const connection = of('VPNConnection')[number < 2 ? 0 : 1]?.spec.forProvider;
      const half = (number % 2) + 1;
      assert.equal(tunnel.spec.forProvider.sharedSecretSecretRef, connection?.[`tunnel${half}PresharedKeySecretRef`]);
      const base = String(connection?.[`tunnel${half}InsideCidr`]).replace('.0/30', '');
      assert.is(of('RouterInterface')[number]?.spec.forProvider.ipRange, `${base}.2/30`);
      assert.is(of('RouterPeer')[number]?.spec.forProvider.ipAddress, `${base}.2`);
      assert.is(of('RouterPeer')[number]?.spec.forProvider.peerIpAddress, `${base}.1`);
      assert.is(of('RouterPeer')[number]?.spec.forProvider.peerAsn, 64_512);
      assert.equal(of('MetricAlarm')[number]?.spec.forProvider.dimensions, {
        VpnId: `vpn-${number < 2 ? 0 : 1}`,
        TunnelIpAddress: outside(number < 2 ? 0 : 1, half),
      });
    }
    assert.equal([of('RouterInterface').length, of('RouterPeer').length, of('MetricAlarm').length], [4, 4, 4]);
    assert.is(readiness({ composite }), 'True');
  }),
);

realTest(test, 'the link: whichever status is missing, what needs it waits and nothing is half-wired', NEEDS, () =>
  withEngine(async (engine) => {
    const parts = link();
    const whole = await settle(engine, parts, clouds);
    for (const missing of [...whole.composed.keys()].filter((step) => !/^(alarm|peer)-/.test(step))) {
      const world: World = (resource, step) => (step === missing ? undefined : clouds(resource, step));
      const { composed, composite } = await settle(engine, parts, world, (round) => nothingHalfWired(parts, round));
      assert.ok(composed.size < whole.composed.size, `without the status of ${missing}, ${composed.size} resources`);
      assert.is(readiness({ composite }), 'False', missing);
    }
  }),
);

realTest(test, 'the link: a gateway with one of two addresses gives one connection, and no tunnel to Google', NEEDS, () =>
  withEngine(async (engine) => {
    const parts = link();
    const world: World = (resource, step) =>
      resource.kind === 'HaVPNGateway' ? { id: 'gateway', vpnInterfaces: [{ ipAddress: '203.0.113.10' }] } : clouds(resource, step);
    const { composed } = await settle(engine, parts, world, (round) => nothingHalfWired(parts, round));
    assert.equal([...composed.keys()].filter((step) => !step.startsWith('alarm')).sort(), [
      'connection-0',
      'customer-gateway-0',
      'gateway',
    ]);
  }),
);

realTest(test, 'the link: the cluster that does not own it composes watched resources alone', NEEDS, () =>
  withEngine(async (engine) => {
    const { composed } = await settle(engine, partsOf(tree, 'CrossCloudLink', 'crm-production-link', 'link', 'gcp'), clouds);
    assert.ok(composed.size > 10);
    for (const { spec } of composed.values())
      assert.equal((spec as unknown as { managementPolicies: string[] }).managementPolicies, ['Observe']);
  }),
);

realTest(test, 'every other composition settles with its fields filled in', NEEDS, () =>
  withEngine(async (engine) => {
    const expected: [kind: string, name: string, folder: string, cloud: string, check: (outcome: Outcome) => void][] = [
      [
        'KubernetesCluster',
        'crm-production',
        'aws',
        'aws',
        ({ composed }) => {
          assert.equal(field(composed.get('nodes'), 'spec.forProvider.launchTemplate'), { id: 'lt-1', version: '7' });
          assert.is(field(composed.get('nodes-from-alb'), 'spec.forProvider.securityGroupId'), 'sg-nodes');
          assert.match(String(field(composed.get('control-plane'), 'spec.forProvider.encryptionConfig.provider.keyArn')), /^arn:aws:kms/);
        },
      ],
      [
        'EncryptedCache',
        'crm-production-cache',
        'aws',
        'aws',
        ({ composed }) => assert.match(String(field(composed.get('redis'), 'spec.forProvider.kmsKeyId')), /^arn:aws:kms/),
      ],
      [
        'NameResolution',
        'crm-production-names',
        'link',
        'aws',
        ({ composed }) => assert.equal(field(composed.get('database-record'), 'spec.forProvider.records'), ['10.24.0.3']),
      ],
      [
        'NameResolution',
        'crm-production-names',
        'gcp',
        'gcp',
        ({ composed }) => {
          assert.equal(field(composed.get('cloudsql-record'), 'spec.forProvider.rrdatas'), ['10.24.0.3']);
          assert.equal(field(composed.get('redis-record'), 'spec.forProvider.rrdatas'), ['10.24.1.4']);
        },
      ],
      [
        'AlertRouting',
        'crm-production-alerts',
        'gcp',
        'gcp',
        ({ composed }) => {
          const policies = [...composed.values()].filter((one) => one.kind === 'AlertPolicy');
          assert.is(policies.length, 12);
          for (const one of policies) assert.equal(one.spec.forProvider.notificationChannels, ['projects/p/notificationChannels/1']);
        },
      ],
      [
        'GlobalTraffic',
        'crm-production-edge',
        'edge',
        'aws',
        ({ composed }) => {
          const balancer = composed.get('balancer');
          assert.equal(balancer?.spec.forProvider.defaultPools, ['BalancerPool/crm-production-aws', 'BalancerPool/crm-production-gcp']);
          assert.is(balancer?.spec.initProvider?.fallbackPool, 'BalancerPool/crm-production-aws');
          assert.is(composed.get('gcp-pool')?.spec.forProvider.monitor, 'BalancerMonitor/crm-production-gcp');
          assert.equal(field(composed.get('notification'), 'spec.forProvider.filters.poolId'), [
            'BalancerPool/crm-production-aws',
            'BalancerPool/crm-production-gcp',
          ]);
        },
      ],
    ];
    for (const [kind, name, folder, cloud, check] of expected) {
      const parts = partsOf(tree, kind, name, folder, cloud);
      check(await settle(engine, parts, clouds, (round) => nothingHalfWired(parts, round)));
    }
  }),
);

test.run();

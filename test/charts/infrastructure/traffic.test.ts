import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Rendered } from './tree.ts';

const test = suite('traffic');
const tree = new Rendered();

test('T1: a balancer over one pool and one monitor in each cloud, ids wired, the fallback in the writer’s cloud', () => {
  const balancer = tree.one('aws', 'load/Balancer', 'crm-production');
  assert.is(balancer.forProvider.name, 'crm.example.com');
  assert.equal([balancer.forProvider.proxied, balancer.forProvider.adaptiveRouting.failoverAcrossPools], [true, true]);
  assert.equal(balancer.awaits, {
    'spec.forProvider.defaultPools[0]': 'awsPool',
    'spec.forProvider.defaultPools[1]': 'gcpPool',
    'spec.initProvider.fallbackPool': 'awsPool',
  });
  for (const cloud of ['aws', 'gcp']) {
    const pool = tree.one('aws', 'load/BalancerPool', `crm-production-${cloud}`);
    assert.equal(pool.awaits, { 'spec.forProvider.monitor': `${cloud}Monitor` });
    assert.is(pool.forProvider.origins[0].address, `origin-${cloud}-production.example.com`);
    assert.ok(tree.one('aws', 'load/BalancerMonitor', `crm-production-${cloud}`));
  }
  const other = new Rendered({ 'database.writer': 'gcp' });
  assert.is(other.one('aws', 'load/Balancer', 'crm-production').awaits['spec.initProvider.fallbackPool'], 'gcpPool');
});

test('T2: dynamic latency, or weights by share; never both', () => {
  const steering = (change: object) =>
    new Rendered(change as Record<string, unknown>).one('aws', 'load/Balancer', 'crm-production').initProvider;
  assert.equal(steering({}), { steeringPolicy: 'dynamic_latency' });
  const weighted = { 'traffic.steering': 'weighted', 'traffic.shares': { aws: 70, gcp: 30 } };
  // Weights are keyed by id: equal until the ids are written down.
  assert.equal(steering(weighted), { steeringPolicy: 'random', randomSteering: { defaultWeight: 0.5 } });
  const existing = [
    { kind: 'BalancerPool', name: 'crm-production-aws', id: 'a1' },
    { kind: 'BalancerPool', name: 'crm-production-gcp', id: 'b2' },
  ];
  assert.equal(steering({ ...weighted, existing }).randomSteering, { defaultWeight: 0.5, poolWeights: { a1: 0.7, b2: 0.3 } });
});

test('T3: a check every 15 s, 5 s for an answer, two retries', () => {
  for (const cloud of ['aws', 'gcp']) {
    const { interval, timeout, retries, consecutiveDown } = tree.one('aws', 'load/BalancerMonitor', `crm-production-${cloud}`).forProvider;
    assert.equal([interval, timeout, retries, consecutiveDown], [15, 5, 2, 1]);
  }
});

test('T4: what a runbook switches is set once: Crossplane brings no failed cloud back', () => {
  for (const cloud of ['aws', 'gcp']) {
    const pool = tree.one('aws', 'load/BalancerPool', `crm-production-${cloud}`);
    assert.equal([pool.initProvider.enabled, pool.forProvider.enabled], [true, undefined]);
  }
  const balancer = tree.one('aws', 'load/Balancer', 'crm-production');
  for (const key of ['steeringPolicy', 'randomSteering', 'fallbackPool']) assert.is(balancer.forProvider[key], undefined, key);
});

test('T5: HTTPS checks with the users’ name, and origins that take Cloudflare alone', () => {
  const monitor = tree.one('aws', 'load/BalancerMonitor', 'crm-production-aws').forProvider;
  assert.equal(
    [monitor.type, monitor.port, monitor.path, monitor.header.Host, monitor.probeZone],
    ['https', 443, '/healthz', ['crm.example.com'], 'example.com'],
  );
  assert.is(tree.one('aws', 'zone/Setting', 'crm-production-tls-client-auth').forProvider.value, 'on');
  assert.is(tree.one('aws', 'zone/Setting', 'crm-production-ssl').forProvider.value, 'strict');
  // The load balancer's group and Cloud Armor name the same ranges.
  const list = tree
    .one('aws', 'ec2/ManagedPrefixList', 'crm-production-cloudflare')
    .forProvider.entry.map(({ cidr }: { cidr: string }) => cidr);
  const rules = tree
    .all('aws', 'ec2/SecurityGroupIngressRule')
    .filter(({ forProvider }) => forProvider.securityGroupIdRef?.name === 'crm-production-alb');
  assert.equal(rules.map(({ forProvider }) => [forProvider.fromPort, forProvider.prefixListIdRef?.name]).sort(), [
    [443, 'crm-production-cloudflare'],
    [80, 'crm-production-cloudflare'],
  ]);
  const armor = tree.one('gcp', 'compute/SecurityPolicy', 'crm-production-cloudflare').forProvider.rule;
  const allowed = armor
    .filter((rule: { action: string }) => rule.action === 'allow')
    .flatMap((rule: { match: { config: { srcIpRanges: string[] } } }) => rule.match.config.srcIpRanges);
  assert.equal([...allowed].sort(), [...list].sort());
  assert.equal([armor.at(-1).action, armor.at(-1).priority], ['deny(403)', 2_147_483_647]);
});

test('T6: somebody is told when a pool changes its health', () => {
  const { forProvider, awaits } = tree.one('aws', 'notification/Policy', 'crm-production');
  assert.equal(
    [forProvider.alertType, forProvider.enabled, forProvider.mechanisms.email],
    ['load_balancing_health_alert', true, [{ id: 'oncall@example.com' }]],
  );
  assert.equal(Object.values(awaits), ['awsPool', 'gcpPool']);
});

test('one environment a zone keeps the settings of the zone', () => {
  assert.is(tree.all('aws', 'zone/Setting').length, 4);
  assert.is(new Rendered({ 'traffic.ownsZone': false }).all('aws', 'zone/Setting').length, 0);
});

test.run();

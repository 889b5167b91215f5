import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Environment } from '../../environments/load.ts';
import { renderedTree } from '../../generators/tree-objects.ts';
import { blocks, judge } from '../../policies/judge.ts';
import { platformWith, productionEnvironment } from '../project.ts';

const test = suite('judge');
const judged = (one: Environment, asOf: string) => judge(one, renderedTree(one.platform), asOf);

const environment = (change: Record<string, unknown>): Environment => ({ ...productionEnvironment(), platform: platformWith(change) });
const BREACH = { 'recovery.awsLost.rto': '100s' };
const waiver = (more: object) => ({ rule: 'TD203', reason: 'decided by the platform lead', expires: '2026-12-31', ...more });

test('production breaks no law', () => assert.equal(judged(productionEnvironment(), '2026-11-22'), []));

test('an overlap names both places', () => {
  const [found] = judged(environment({ 'gcp.network.pods': '10.30.128.0/17' }), '2026-06-01');
  assert.is(found?.code, 'TD101');
  assert.equal(
    found?.places.map(({ path, position }) => [path, position.file, position.line]),
    [
      ['gcp.network.pods', 'environments/gcp/production.yaml', 13],
      ['aws.network.vpc', 'environments/aws/production.yaml', 11],
    ],
  );
});

test('a waived finding still shows, and does not block', () => {
  const [found, ...rest] = judged(environment({ ...BREACH, waivers: [waiver({ path: 'recovery.awsLost.rto' })] }), '2026-06-01');
  assert.is(found?.code, 'TD203');
  assert.is(found?.waiver?.reason, 'decided by the platform lead');
  assert.is(found && blocks(found), false);
  assert.equal(rest, []);
});

test('a waiver for another path waives nothing', () => {
  const found = judged(environment({ ...BREACH, waivers: [waiver({ path: 'recovery.gcpLost.rto' })] }), '2026-06-01');
  assert.ok(found.some((one) => one.code === 'TD203' && blocks(one)));
  assert.ok(found.some((one) => one.code === 'TD001' && one.severity === 'warning'));
});

test('on its last day a waiver counts, on the next it is an error itself', () => {
  const waived = environment({ ...BREACH, waivers: [waiver({})] });
  assert.is(judged(waived, '2026-12-31').some(blocks), false);
  assert.equal(
    judged(waived, '2027-01-01')
      .filter(blocks)
      .map((found) => found.code)
      .sort(),
    ['TD001', 'TD203'],
  );
});

test('a waiver of no rule is an error', () => {
  assert.ok(
    judged(environment({ waivers: [waiver({ rule: 'TD999' })] }), '2026-06-01').some((found) => found.code === 'TD001' && blocks(found)),
  );
});

test('findings are sorted by file, line and column', () => {
  const found = judged(
    environment({
      'aws.database.multiAz': false,
      'gcp.database.regional': false,
      'recovery.awsLost.rto': '1s',
      'traffic.recoveryRamp': [2, 1],
    }),
    '2026-06-01',
  );
  const places = found.map((one) => one.places[0]?.position).map((at) => `${at?.file}:${String(at?.line).padStart(4, '0')}`);
  assert.equal(places, [...places].sort());
  assert.is(found.length, 4);
});

test.run();

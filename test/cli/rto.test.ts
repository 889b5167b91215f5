import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { recoveryBudget, worstDetection } from '../../policies/recovery-budget.ts';
import { platformWith, temporaryProject } from '../project.ts';
import { runCli } from '../run-cli.ts';

const test = suite('rto');
const SHARED = 'environments/production.yaml';

interface Answer {
  ok: boolean;
  over: string[];
  environments: { environment: string; scenarios: { name: string; worst: number; objective: number; phases: { phase: string }[] }[] }[];
}

test('production is inside its objectives in every scenario, phase by phase', async () => {
  const { code, out } = await runCli(['rto', '--env', 'production', '--output', 'json']);
  const { ok, environments } = JSON.parse(out) as Answer;
  assert.equal([code, ok], [0, true]);
  const scenarios = environments[0]?.scenarios ?? [];
  assert.equal(
    scenarios.map(({ name, worst, objective }) => [name, worst, objective]),
    [
      ['awsLost', 141, 300],
      ['gcpLost', 60, 120],
      ['tunnelLost', 30, 60],
      ['databaseNodeLost', 120, 120],
    ],
  );
  assert.equal(
    scenarios[0]?.phases.map(({ phase }) => phase),
    ['detect', 'decide', 'fence', 'promote', 'switch', 'warm up'],
  );
});

test('with the guide’s health check, every 60 s and three failures, it fails and says 185 s', async () => {
  const project = temporaryProject();
  try {
    project.edit(SHARED, (text) =>
      text
        .replace('interval: 15s', 'interval: 60s')
        .replace('retries: 2', 'retries: 0')
        .replace('consecutiveDown: 1', 'consecutiveDown: 3'),
    );
    const { code, out } = await runCli(['rto', '--env', 'production', '--root', project.root]);
    assert.is(code, 1);
    assert.match(out, /detect {5}125 s {3}185 s {2}traffic\.monitor .*3 x 60 s interval \+ 1 x 5 s timeout/);
    assert.match(out, /over budget: production: detection takes up to 185 s .* change traffic\.monitor/);
    assert.match(out, /GCP lost takes up to 215 s, above recovery\.gcpLost\.rto of 120 s; change traffic\.monitor, recovery\.warmUp/);
    const check = await runCli(['check', '--env', 'production', '--root', project.root, '--as-of', '2026-06-01']);
    assert.is(check.code, 1);
    assert.match(check.out, /TD203 recovery-time-adds-up[\s\S]*185 s detect \+ 30 s warm up = 215 s, above the declared 120 s/);
  } finally {
    project.remove();
  }
});

test('as Markdown it is one table an environment, and the last line is the verdict', async () => {
  const { code, out } = await runCli(['rto', '--output', 'markdown']);
  assert.is(code, 0);
  assert.is(out.split('### Recovery budget of ').length - 1, 2);
  const rows = out.split('\n').filter((line) => line.startsWith('|'));
  assert.ok(
    rows.every((row) => row.split('|').length === 8),
    'every row has six cells',
  );
  assert.match(out.trimEnd().split('\n').at(-1) ?? '', /^production, staging: every scenario inside/);
});

test('who writes decides which loss needs a promotion', () => {
  const phases = (writer: string, name: string): string[] =>
    recoveryBudget(platformWith({ 'database.writer': writer }))
      .find((one) => one.name === name)
      ?.phases.map(({ phase }) => phase) ?? [];
  assert.ok(phases('aws', 'awsLost').includes('promote') && !phases('aws', 'gcpLost').includes('promote'));
  assert.ok(phases('gcp', 'gcpLost').includes('promote') && !phases('gcp', 'awsLost').includes('promote'));
});

test('a lease that detection and decision do not outlast is waited for', () => {
  const fence = (lease: string) =>
    recoveryBudget(platformWith({ 'database.lease': lease }))[0]?.phases.find(({ phase }) => phase === 'fence');
  assert.equal([fence('15s')?.best, fence('15s')?.worst], [0, 0]);
  assert.equal([fence('40s')?.best, fence('40s')?.worst], [0, 25]);
  assert.equal([fence('2m')?.best, fence('2m')?.worst], [30, 105]);
});

test('an RPO below the lag that pages is over budget', async () => {
  const project = temporaryProject();
  try {
    project.edit(SHARED, (text) => text.replace('awsLost: { rto: 5m, rpo: 5s }', 'awsLost: { rto: 5m, rpo: 4s }'));
    const { code, out } = await runCli(['rto', '--env', 'production', '--root', project.root]);
    assert.is(code, 1);
    assert.match(out, /may lose 5 s of writes, above recovery\.awsLost\.rpo of 4 s; change database\.replication\.lagCritical/);
  } finally {
    project.remove();
  }
});

test('the detection model gives the numbers that were worked out by hand', () => {
  for (const [interval, down, timeout, retries, worst] of [
    [60, 3, 5, 0, 185],
    [60, 1, 5, 2, 75],
    [15, 2, 3, 1, 36],
    [15, 1, 5, 2, 30],
    [10, 2, 3, 1, 26],
  ] as const)
    assert.is(worstDetection({ interval, timeout, retries, consecutiveDown: down } as Parameters<typeof worstDetection>[0]), worst);
});

test.run();

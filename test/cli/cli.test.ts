import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMANDS } from '../../cli/commands.ts';
import { ROOT, temporaryProject } from '../project.ts';
import { runCli } from '../run-cli.ts';

const test = suite('cli');

test('production and staging are fine', async () => {
  const { code, out } = await runCli(['check', '--root', ROOT]);
  assert.is(code, 0);
  assert.match(out, /^ok: production, staging by 39 laws as of 2026-06-01: 0 errors/);
});

test('an overlap of GCP with AWS exits 1 and names both places', async () => {
  const project = temporaryProject();
  project.edit('environments/gcp/production.yaml', (text) => text.replace('pods: 10.21.0.0/16', 'pods: 10.30.0.0/16'));
  const { code, out } = await runCli(['check', '--root', project.root]);
  assert.is(code, 1);
  assert.match(out, /^environments\/gcp\/production\.yaml\n {2}13:9 {2}error {2}TD101 /);
  assert.match(out, /and aws\.network\.vpc at environments\/aws\/production\.yaml:11:8/);
  assert.match(out, /\nnot ok: .*1 error/);
  project.remove();
});

test('the README shows what the command really answers', async () => {
  const project = temporaryProject();
  project.edit('environments/production.yaml', (text) => text.replace('interval: 15s', 'interval: 60s'));
  const { out } = await runCli(['check', '--root', project.root, '--as-of', '2026-06-01']);
  const readme = readFileSync(`${ROOT}/README.md`, 'utf8');
  assert.ok(readme.includes(`\`\`\`\n${out}\`\`\``), out);
  project.remove();
});

test('findings are data on demand', async () => {
  const project = temporaryProject();
  project.edit('environments/aws/production.yaml', (text) => text.replace('multiAz: true', 'multiAz: false'));
  const { code, out } = await runCli(['check', '--root', project.root, '--env', 'production', '--output', 'json']);
  const result = JSON.parse(out);
  assert.is(code, 1);
  assert.equal(
    [result.ok, result.counts.error, result.findings[0].code, result.findings[0].places[0].position.line],
    [false, 1, 'TD304', 45],
  );
  project.remove();
});

test('the date that versions are judged by can be given', async () => {
  assert.is((await runCli(['check', '--root', ROOT, '--as-of', '2028-06-01'])).code, 1);
  assert.is((await runCli(['check', '--root', ROOT], '2028-06-01')).code, 1);
  assert.is((await runCli(['check', '--root', ROOT, '--as-of', '2026-06-01'], '2028-06-01')).code, 0);
});

for (const [args, words] of [
  [['chek'], `there is no command chek; use one of ${Object.keys(COMMANDS).join(', ')}`],
  [['check', '--as-of', 'tomorrow'], '--as-of tomorrow: expected a date'],
  [['check', '--as-of', '2026-02-30'], '--as-of 2026-02-30: expected a date'],
  [['check', '--out', 'x'], "Unknown option '--out'"],
  [['check', 'production'], 'check takes options only, but found production'],
  [['render', '--cloud', 'azure'], '--cloud azure: expected aws or gcp'],
  [['render', '--output', 'xml'], '--output xml: expected text or json'],
  [['render', '--env'], 'argument missing'],
  [['explain'], 'explain takes one file'],
  [['explain', '--root', ROOT, 'production/aws/nothing.yaml'], 'no environment renders production/aws/nothing.yaml'],
  [['explain', '--root', ROOT, 'production/aws/pgbouncer/kustomization.yaml:9999'], 'lines'],
  [['completion', 'cmd'], 'completion takes a shell: bash, zsh, fish'],
] as const)
  test(`${args.filter((word) => word !== ROOT).join(' ')}: wrong usage exits 2 and says what is right`, async () => {
    const { code, out, err } = await runCli(args);
    assert.equal([code, out], [2, '']);
    assert.ok(err.includes(words), err);
    assert.match(err, /^error: /);
  });

test('an environment that does not exist is a located error', async () => {
  const { code, err } = await runCli(['render', '--root', ROOT, '--env', 'prodution', '--out', '/nonexistent-tandem']);
  assert.is(code, 2);
  assert.match(err, /environments\/prodution\.yaml:1:1: error file-missing/);
});

test('a project without environments is a located error', async () => {
  const { code, err } = await runCli(['check', '--root', '/nonexistent']);
  assert.is(code, 2);
  assert.match(err, /no environment \(NAME\.yaml\) found/);
});

test('every command has help with examples, and the flags it knows', async () => {
  assert.is((await runCli([])).code, 2);
  for (const [name, { flags }] of Object.entries(COMMANDS)) {
    const { code, out } = await runCli([name, '--help']);
    assert.is(code, 0);
    assert.match(out, /Examples:\n {2}/);
    for (const flag of flags) assert.ok(out.includes(`--${flag}`), `${name} --help does not speak of --${flag}`);
    assert.is((await runCli(['help', name])).out, out);
  }
});

test('one environment that cannot be read keeps all from being written', async () => {
  const project = temporaryProject();
  project.edit('environments/staging.yaml', (text) => text.replace('plan: enterprise', 'plan: none'));
  const { code, err } = await runCli(['render', '--root', project.root, '--out', project.path('gitops')]);
  assert.is(code, 2);
  assert.match(err, /environments\/staging\.yaml:26:9: error bad-value: traffic\.plan/);
  assert.throws(() => readFileSync(project.path('gitops/production/.tandem/manifest.json')), /ENOENT/);
  project.remove();
});

test('an environment that is gone is removed from the tree, unless it holds something foreign', async () => {
  const project = temporaryProject();
  const args = ['render', '--root', project.root, '--out', project.path('gitops')];
  await runCli(args);
  for (const sub of ['', 'aws/', 'gcp/']) rmSync(project.path(`environments/${sub}staging.yaml`));
  writeFileSync(project.path('gitops/staging/mine'), '');
  const refused = await runCli(args);
  assert.is(refused.code, 2);
  assert.match(refused.err, /no longer exists, but holds files that are not tandem's: mine/);
  rmSync(project.path('gitops/staging/mine'));
  const { code, out } = await runCli(args);
  assert.is(code, 0);
  assert.match(out, /staging: 0 created, 0 changed, 744 removed, 0 unchanged/);
  project.remove();
});

test('explain names the keys that change a line, and only those', async () => {
  const explained = JSON.parse(
    (await runCli(['explain', '--root', ROOT, '--output', 'json', 'anywhere/production/gcp/pgbouncer/config/pgbouncer.ini:2'])).out,
  );
  assert.match(explained.text, /^crm_ro = host=/);
  assert.equal(
    explained.keys.map((key: { path: string }) => key.path),
    ['database.name', 'database.poolerRole', 'gcp.database.host', 'gcp.database.port'],
  );
  assert.equal([explained.component, explained.application, explained.wave], ['pgbouncer', 'pgbouncer', 5]);
});

test('explain holds when a value it tries is taken already', async () => {
  const project = temporaryProject();
  project.edit('environments/production.yaml', (text) =>
    text.replace('secrets: [api-keys, application]', 'secrets: [api-keys, api-keysx]'),
  );
  const { code, out } = await runCli(['explain', '--root', project.root, 'production/aws/application/deployment-crm.yaml']);
  assert.is(code, 0);
  assert.match(out, /application\.secrets\[0\] = "api-keys"/);
  project.remove();
});

test('explain names the keys of an umbrella chart, with their places', async () => {
  const { out } = await runCli(['explain', '--root', ROOT, 'production/aws/addons/cluster-autoscaler/values.yaml']);
  assert.match(out, /aws\.region = "ap-northeast-2" {2}environments\/aws\/production\.yaml:3:9/);
  assert.match(out, /aws\.kubernetes\.name = "crm-production"/);
  assert.match(out, /2 configuration keys change the file\n$/);
});

test('completion scripts know commands and flags', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, out } = await runCli(['completion', shell]);
    assert.is(code, 0);
    for (const word of ['check', 'render', 'explain', 'as-of']) assert.ok(out.includes(word), `${shell}: ${word}`);
  }
});

test.run();

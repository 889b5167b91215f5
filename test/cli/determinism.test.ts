import { mkdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runBundle } from '../bundle.ts';
import { digestOfFolder, ROOT, temporaryProject } from '../project.ts';

const test = suite('determinism');

test('time zone, locale, folder, umask and odd variables do not change a byte', async () => {
  const project = temporaryProject();
  mkdirSync(project.path('some where/else'), { recursive: true });
  const digestOf = async (cwd: string, root: string, out: string, env: NodeJS.ProcessEnv): Promise<string> => {
    const { code, out: text, err } = await runBundle(['render', '--root', root, '--out', out], { cwd, env });
    assert.is(code, 0, err);
    assert.match(text, /digest sha256:[0-9a-f]{64}\n$/);
    return text.slice(-65);
  };
  const one = await digestOf(ROOT, '.', project.path('one'), { TZ: 'UTC', LC_ALL: 'C' });
  const umask = process.umask(0o077);
  const two = await digestOf(project.path('some where/else'), '../..', 'two', {
    TZ: 'Pacific/Apia',
    LC_ALL: 'tr_TR.UTF-8',
    LANG: 'tr_TR.UTF-8',
    HOME: '/nonexistent',
    CDK8S_OUTDIR: '/tmp/x',
    CDK8S_DISABLE_SORT: '1',
  });
  process.umask(umask);
  assert.is(two, one);
  for (const name of ['production', 'staging'])
    assert.is(digestOfFolder(project.path(`some where/else/two/${name}`)), digestOfFolder(project.path(`one/${name}`)), 'on the disk too');
  project.remove();
});

test('a fleet in two workers is what one by one is', async () => {
  const project = temporaryProject();
  const { cpSync } = await import('node:fs');
  for (let index = 0; index < 18; index++)
    for (const sub of ['', 'aws/', 'gcp/'])
      cpSync(project.path(`environments/${sub}staging.yaml`), project.path(`environments/${sub}fleet-${index}.yaml`));
  const together = JSON.parse(
    (await runBundle(['render', '--root', project.root, '--out', project.path('together'), '--output', 'json'])).out,
  );
  assert.is(together.environments.length, 20);
  for (const name of ['fleet-0', 'fleet-17', 'production']) {
    const alone = JSON.parse(
      (await runBundle(['render', '--root', project.root, '--out', project.path('alone'), '--env', name, '--output', 'json'])).out,
    );
    assert.is(alone.environments[0].digest, together.environments.find((one: { environment: string }) => one.environment === name).digest);
  }
  project.remove();
});

test.run();

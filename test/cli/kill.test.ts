import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runBundle } from '../bundle.ts';
import { digestOfFolder, temporaryProject } from '../project.ts';

const test = suite('kill');

/** How often a render is killed; the full number runs with the tests on real parts. */
const KILLS = Number(process.env.TANDEM_KILLS ?? 60);

test(`a render that is killed at any of ${KILLS} moments leaves the old tree or the new one, and the next succeeds`, async () => {
  const project = temporaryProject();
  const args = ['render', '--root', project.root, '--out', project.path('gitops'), '--env', 'production'];
  const folder = project.path('gitops/production');
  const file = project.path('environments/production.yaml');
  const text = readFileSync(file, 'utf8');
  const texts = { old: text, new: text.replaceAll('crm.example.com', 'crm-2.example.com') };
  assert.is.not(texts.old, texts.new);
  const digests = { old: '', new: '' };
  const started = Date.now();
  for (const which of ['old', 'new'] as const) {
    writeFileSync(file, texts[which]);
    assert.is((await runBundle(args)).code, 0);
    digests[which] = digestOfFolder(folder);
  }
  // How long a render takes; corrected whenever one ends before it is killed.
  let span = (Date.now() - started) / 2;
  assert.is.not(digests.old, digests.new);

  let current: 'old' | 'new' = 'new';
  let killed = 0;
  const seen = { before: 0, after: 0 };
  for (let round = 0; killed < KILLS; round++) {
    assert.ok(round < KILLS * 4, `only ${killed} of ${round} were still running when killed`);
    const next: 'old' | 'new' = current === 'old' ? 'new' : 'old';
    writeFileSync(file, texts[next]);
    const began = Date.now();
    const ended = await runBundle(args, { killAfter: Math.random() * span });
    if (ended.signal === 'SIGKILL') killed++;
    else span = Date.now() - began;
    const after = digestOfFolder(folder);
    assert.ok(after === digests[current] || after === digests[next], 'the tree is neither the old one nor the new one');
    seen[after === digests[next] ? 'after' : 'before']++;
    assert.is((await runBundle(args)).code, 0, 'the next run fails');
    assert.is(digestOfFolder(folder), digests[next]);
    current = next;
  }
  assert.ok(seen.before > 0 && seen.after > 0, JSON.stringify(seen));
  rmSync(project.root, { recursive: true });
});

test.run();

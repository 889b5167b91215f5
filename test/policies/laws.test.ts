import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Breach, Example, Examples, Rule } from '../../policies/rule.ts';
import { RULES } from '../../policies/rules.ts';
import { platformWith, ROOT } from '../project.ts';

const test = suite('laws');
const folders = readdirSync(join(ROOT, 'policies')).filter((name) => existsSync(join(ROOT, 'policies', name, 'rule.ts')));

const breaches = (rule: Rule, example: Example): readonly Breach[] =>
  rule.check(platformWith(example.change), { asOf: example.asOf ?? '2026-06-01' });

test('every folder is a registered rule of that name, and every code is its own', () => {
  assert.equal(RULES.map((rule) => rule.name).sort(), folders.sort());
  assert.is(new Set(RULES.map((rule) => rule.code)).size, RULES.length);
});

for (const rule of RULES) {
  const { examples } = (await import(join(ROOT, 'policies', rule.name, 'examples.ts'))) as { examples: Examples };

  test(`${rule.code} ${rule.name}: production obeys`, () => assert.equal(breaches(rule, { change: {} }), []));

  for (const good of examples.good)
    test(`${rule.code} allows ${JSON.stringify(good.change)}`, () => assert.equal(breaches(rule, good), []));

  for (const bad of examples.bad)
    test(`${rule.code} refuses ${JSON.stringify(bad.change)}`, () => {
      const found = breaches(rule, bad);
      assert.ok(found.length > 0, 'nothing was found');
      const named = found.flatMap((breach) => breach.paths);
      for (const path of bad.names) assert.ok(named.includes(path), `${path} is not among ${named.join(', ')}`);
      for (const breach of found) assert.ok(breach.message.length > 10 && breach.hint.length > 5, JSON.stringify(breach));
    });
}

test.run();

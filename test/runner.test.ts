import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ROOT } from './project.ts';

const test = suite('runner');
const HEAD = "import { suite } from 'uvu';\nimport * as assert from 'uvu/assert';\nconst test = suite('inner');\n";

/** Runs the runner on one test file, inside the project so that its packages are found. */
function runOn(content: string | undefined): { code: number | null; out: string } {
  mkdirSync(join(ROOT, '.tools'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.tools/runner-'));
  try {
    if (content !== undefined) writeFileSync(join(folder, 'inner.test.ts'), content);
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', join(ROOT, 'test/run.ts'), folder], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    if (status === null) throw new Error(stderr);
    return { code: status, out: stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a passing test passes and is counted', () => {
  const { code, out } = runOn(`${HEAD}test('a', () => assert.ok(true));\ntest.skip('b', () => {});\ntest.run();\n`);
  assert.is(code, 0, out);
  assert.match(out, /\n1 passed, 0 failed, 1 skipped\n$/);
});

for (const [name, content] of [
  ['a failing assertion', `${HEAD}test('a', () => assert.ok(false));\ntest.run();\n`],
  ['a missing .run()', `${HEAD}test('a', () => assert.ok(true));\n`],
  ['no test file', undefined],
  ['an empty suite', `${HEAD}test.run();\n`],
  ['a throwing before hook', `${HEAD}test.before(() => { throw new Error('x'); });\ntest('a', () => assert.ok(true));\ntest.run();\n`],
  [
    'a throwing after-each hook',
    `${HEAD}test.after.each(() => { throw new Error('x'); });\ntest('a', () => assert.ok(true));\ntest.run();\n`,
  ],
  ['a thrown text', `${HEAD}test('a', () => { throw 'x'; });\ntest('b', () => assert.ok(true));\ntest.run();\n`],
  ['a rejected nothing', `${HEAD}test('a', () => Promise.reject());\ntest.run();\n`],
  ['an import that throws', `throw new Error('x');\n`],
] as const)
  test(`${name} fails the run`, () => {
    const { code, out } = runOn(content);
    assert.is(code, 1, out);
    assert.match(out, /\n\d+ passed, [1-9]\d* failed, \d+ skipped\n$/);
  });

test('imports go down the floors: the linter refuses one that goes up', () => {
  const file = join(ROOT, 'environments/upward-import.ts');
  writeFileSync(file, "import { judge } from '../policies/judge.ts';\n\nexport const upward = judge;\n");
  try {
    execFileSync(join(ROOT, 'node_modules/.bin/biome'), ['lint', file], { cwd: ROOT, stdio: 'pipe' });
    assert.unreachable('the linter allowed it');
  } catch (error) {
    assert.match(
      String((error as { stderr: Buffer }).stderr) + String((error as { stdout: Buffer }).stdout),
      /noRestrictedImports[\s\S]*first floor/,
    );
  } finally {
    rmSync(file);
  }
});

test.run();

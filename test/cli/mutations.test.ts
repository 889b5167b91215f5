import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isMap, isScalar, isSeq, type Node, parseDocument, visit } from 'yaml';
import { scan } from '../../generators/write/scan.ts';
import { ROOT, temporaryProject } from '../project.ts';
import { runCli } from '../run-cli.ts';

const test = suite('mutations');

/** How many broken files are tried; the full number runs with the tests on real parts. */
const RUNS = Number(process.env.TANDEM_MUTATIONS ?? 600);
const FILES = ['environments/production.yaml', 'environments/aws/production.yaml', 'environments/gcp/production.yaml'];

const garbage = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1e308,
    2 ** 53,
    '',
    ' ',
    '0',
    'true',
    '~',
    '{{',
    '$' + '{x}',
    '../../x',
    '10.0.0.0/8',
    '0.0.0.0/0',
    '255.255.255.255/32',
    '999999s',
    '999999Ti',
    '0s',
    '0Ki',
  ),
  fc.constantFrom<unknown>(
    [],
    {},
    [[]],
    [null],
    { a: 1 },
    'x'.repeat(5000),
    '\u0000',
    '\ud83d\ude00',
    '__proto__',
    'constructor',
    '1.35',
    1.35,
    '2026-02-30',
    '|',
    '- a',
    'a: b',
  ),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.integer(),
);
const mutation = fc.record({
  file: fc.constantFrom(...FILES),
  kind: fc.constantFrom('plausible', 'plausible', 'plausible', 'drop', 'retype', 'duplicate', 'rename', 'swap', 'bytes', 'cut', 'insert'),
  at: fc.noBias(fc.nat(9_999)).map((place) => place / 10_000),
  value: garbage,
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

/** Values of the right kind, near and far from the one that stands there. */
const PLAUSIBLE: readonly (readonly [RegExp, readonly unknown[]])[] = [
  [
    /^\d+\.\d+\.\d+\.\d+\/\d+$/,
    ['10.0.0.0/8', '0.0.0.0/0', '10.30.10.0/24', '10.20.0.0/30', '169.254.169.252/30', '255.255.255.252/30', '1.2.3.4/32'],
  ],
  [/^\d+(ms|s|m|h|d)$/, ['0s', '1ms', '1s', '59s', '999999d']],
  [/^\d+(Ki|Mi|Gi|Ti)$/, ['0Ki', '1Ki', '1Mi', '999999Ti']],
  [/^\d+$/, [0, 1, 2, 10, 63, 250, 4_000, 65_535, 4_294_967_294]],
  [/^(true|false)$/, [true, false]],
  [/./, ['a', 'x'.repeat(63), 'crm--x', '1.29', '1.99', 'latest', 'm6i.large', 'e2-micro', 'pgbouncer', 'a.b', '/', 'gcp']],
];

function plausible(current: unknown, at: number): unknown {
  const pool = PLAUSIBLE.find(([pattern]) => pattern.test(String(current)))?.[1] ?? [];
  return pool[Math.floor(((at * 997) % 1) * pool.length)];
}

/** Changes one place of a file: in its structure, or in its bytes. */
function mutate(text: string, { kind, at, value }: Mutation): string | Buffer {
  const offset = Math.floor(at * text.length);
  if (kind === 'cut') return text.slice(0, offset);
  if (kind === 'bytes')
    return Buffer.concat([
      Buffer.from(text.slice(0, offset)),
      Buffer.from([0xff, 0x00, Math.floor(at * 256)]),
      Buffer.from(text.slice(offset + 1)),
    ]);
  if (kind === 'insert') return `${text.slice(0, offset)}${typeof value === 'string' ? value : JSON.stringify(value)}${text.slice(offset)}`;
  const document = parseDocument(text);
  const places: (() => void)[] = [];
  visit(document, {
    Pair: (_key, pair, path) => {
      const parent = path[path.length - 1] as Node;
      if (!isMap(parent)) return;
      places.push(() => {
        if (kind === 'drop') parent.items.splice(parent.items.indexOf(pair), 1);
        if (kind === 'plausible' && isScalar(pair.value)) pair.value = document.createNode(plausible(pair.value.value, at));
        if (kind === 'retype') pair.value = document.createNode(value);
        if (kind === 'rename' && isScalar(pair.key)) pair.key.value = typeof value === 'string' ? value : `${pair.key.value}s`;
        if (kind === 'duplicate') parent.items.push(pair.clone());
        if (kind === 'swap') [pair.key, pair.value] = [pair.value as typeof pair.key, pair.key];
      });
    },
    Seq: (_key, sequence) => {
      if (isSeq(sequence) && kind === 'duplicate') places.push(() => void sequence.items.push(...sequence.items));
    },
  });
  places[Math.floor(at * places.length)]?.();
  return document.toString({ lineWidth: 0 });
}

const STACK = /\n\s+at |Error:|undefined|\[object|NaN/;

test(`${RUNS} broken files: each renders, or ends with a located error and leaves the tree as it was`, async () => {
  const project = temporaryProject();
  const out = project.path('gitops');
  const args = ['--root', project.root, '--env', 'production'];
  const rendered = await runCli(['render', ...args, '--out', out]);
  assert.is(rendered.code, 0, rendered.err);
  const treeOf = (): string => {
    const manifest = JSON.parse(readFileSync(join(out, 'production/.tandem/manifest.json'), 'utf8')) as { digest: string; files: object };
    return `${manifest.digest} ${Object.keys(manifest.files).length} ${scan(join(out, 'production'))?.files.size}`;
  };
  const seen = { rendered: 0, refused: 0, judged: 0 };
  await fc.assert(
    fc.asyncProperty(mutation, async (one) => {
      const before = treeOf();
      const original = readFileSync(join(ROOT, one.file), 'utf8');
      writeFileSync(project.path(one.file), mutate(original, one));
      try {
        const { code, out: text, err } = await runCli(['render', ...args, '--out', out]);
        assert.not.match(text + err, STACK);
        if (code === 0) {
          seen.rendered++;
          const checked = await runCli(['check', ...args]);
          assert.ok(checked.code <= 1, checked.err);
          assert.not.match(checked.out + checked.err, STACK);
          if (checked.code === 1) seen.judged++;
          for (const command of ['rto', 'graph']) {
            const { code: ended, out: shown, err: said } = await runCli([command, ...args]);
            assert.ok(ended <= 1, said);
            assert.not.match(shown + said, STACK);
          }
          return;
        }
        seen.refused++;
        assert.is(code, 2);
        assert.match(err, /^environments\/(aws\/|gcp\/)?production\.yaml:\d+:\d+: error [a-z0-9-]+: .+\n {2}\S/);
        assert.is(treeOf(), before);
      } finally {
        writeFileSync(project.path(one.file), original);
      }
    }),
    { numRuns: RUNS },
  );
  assert.ok(seen.rendered > RUNS / 20 && seen.refused > RUNS / 3 && seen.judged > 0, JSON.stringify(seen));
  project.remove();
});

test.run();

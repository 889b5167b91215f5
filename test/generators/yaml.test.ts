import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { toYaml } from '../../generators/yaml.ts';

const test = suite('yaml');

/** Texts that one YAML parser or another reads as a number, a date, a boolean, null, or not at all. */
const NASTY = [
  ...['on', 'off', 'yes', 'no', 'y', 'n', 'Y', 'N', 'ON', 'Yes', 'true', 'False', 'null', 'Null', 'NULL', '~', '', ' ', '='],
  ...[
    '0644',
    '0o14',
    '0x1F',
    '0b11',
    '1_000',
    '1_0.5',
    '08',
    '1e3',
    '1E3',
    '.5',
    '5.',
    '+1',
    '-1',
    '1.0',
    '.inf',
    '-.inf',
    '.nan',
    'NaN',
    'inf',
  ],
  ...['12:30', '12:30:45', '1:2', '2024-01-01', '2024-01-01T00:00:00Z', '2001-12-14t21:59:43.10-05:00', '123e4567', '_', '__', '0x_', '.'],
  ...[
    'a: b',
    'a:',
    ':a',
    '#a',
    'a #b',
    'a#b',
    '- a',
    '-',
    '--',
    '---',
    '...',
    '? a',
    '?',
    '&a',
    '*a',
    '!a',
    '!!str a',
    '|',
    '>',
    '%a',
    '@a',
    '`a`',
  ],
  ...[
    '"a"',
    "'a'",
    'a"b',
    "it's",
    '\\',
    'a\\nb',
    '{a}',
    '[a]',
    '{',
    '}',
    ',',
    'a, b',
    '<<',
    'é',
    '한국어',
    '😀',
    '\u00a0',
    '\u0085',
    '\u2028',
    '\ufeff',
  ],
  ...[
    '\t',
    'a\tb',
    '\ta',
    'a\t',
    'a\n',
    '\na',
    'a\n\n',
    'a\nb',
    'a\n b',
    ' a\nb',
    'a \nb',
    'a\n \nb',
    'a\n\nb\n',
    'a\r\nb',
    '\u0000',
    '\u0007',
    '\u007f',
  ],
  'SELECT *\nFROM "t"\n  WHERE a = \'b\';\n',
  '[pgbouncer]\nlisten_port = 6432\n; comment\n%include /etc/x\n',
];

const text = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const wellFormed = text.filter((value) => value.isWellFormed());
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value)),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, wellFormed, number, fc.boolean(), tie('list'), tie('mapping')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  mapping: fc.dictionary(
    wellFormed.filter((key) => key !== '__proto__'),
    tie('value'),
    { maxKeys: 5 },
  ),
})).mapping;

for (const version of ['1.1', '1.2'] as const)
  test(`what is written reads back the same with YAML ${version}`, () => {
    fc.assert(
      fc.property(json, (value) => {
        const written = toYaml(value);
        assert.equal(normal(parse(written, { version, uniqueKeys: true, merge: false })), normal(value), written);
      }),
      { numRuns: 2000 },
    );
  });

test('every nasty text is safe as a value, as a key and in a list', () => {
  for (const value of NASTY)
    for (const version of ['1.1', '1.2'] as const) {
      const written = toYaml({ [value]: [value, { deep: value }] });
      assert.equal(parse(written, { version, merge: false }), { [value]: [value, { deep: value }] }, written);
    }
});

test('null is left out, or kept on demand; undefined is always left out', () => {
  assert.is(toYaml({ a: null, b: undefined, c: 1 }), 'c: 1\n');
  assert.is(toYaml({ a: null, b: undefined, c: 1 }, { keepNull: true }), 'a: null\nc: 1\n');
});

test('an object leads with what it is', () => {
  assert.is(
    toYaml({ spec: {}, metadata: { name: 'a' }, kind: 'K', apiVersion: 'v1', data: {} }),
    'apiVersion: v1\nkind: K\nmetadata:\n  name: a\ndata: {}\nspec: {}\n',
  );
});

test('several lines are a literal block', () => {
  assert.is(toYaml({ sql: 'SELECT 1\nFROM t\n' }), 'sql: |\n  SELECT 1\n  FROM t\n');
});

test('what YAML cannot hold is refused', () => {
  for (const value of [{ a: Number.NaN }, { a: 1 / 0 }, { a: 2 ** 60 }, { a: new Date(0) }, { a: () => 1 }, { a: '\ud800' }, { a: 1n }])
    assert.throws(
      () => toYaml(value),
      (error: unknown) => error instanceof TypeError,
    );
});

/** -0 is 0 in YAML, and prototypes do not matter. */
function normal(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

test.run();

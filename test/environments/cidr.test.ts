import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cidr, contains, formatAddress, overlaps, parseCidr, sizeOf } from '../../environments/cidr.ts';

const test = suite('cidr');

const anyRange = fc.tuple(fc.nat(2 ** 32 - 1), fc.integer({ min: 0, max: 32 })).map(([address, prefix]) => {
  const size = 2 ** (32 - prefix);
  const first = address - (address % size);
  return `${formatAddress(first)}/${prefix}`;
});
const range = (text: string): Cidr => {
  const parsed = parseCidr(text);
  if ('problem' in parsed) throw new Error(`${text} ${parsed.problem}`);
  return parsed;
};

test('a written range reads back to the same addresses', () => {
  fc.assert(
    fc.property(anyRange, (text) => {
      const parsed = range(text);
      assert.is(`${formatAddress(parsed.first)}/${parsed.prefix}`, text);
      assert.is(sizeOf(parsed), 2 ** (32 - parsed.prefix));
    }),
  );
});

test('two ranges overlap exactly when one contains the other', () => {
  fc.assert(
    fc.property(anyRange, anyRange, (a, b) => {
      const [x, y] = [range(a), range(b)];
      assert.is(overlaps(x, y), contains(x, y) || contains(y, x));
      assert.is(overlaps(x, y), overlaps(y, x));
    }),
  );
});

for (const [text, problem] of [
  ['10.30.0.5/16', 'host bits'],
  ['10.30.0.0/33', 'prefix length'],
  ['10.300.0.0/16', 'above 255'],
  ['010.0.0.0/8', 'leading zero'],
  ['10.0.0.0', 'a.b.c.d/n'],
  ['::/0', 'a.b.c.d/n'],
] as const)
  test(`${text} is refused`, () => {
    const parsed = parseCidr(text);
    assert.ok('problem' in parsed && parsed.problem.includes(problem));
  });

test('host bits are named with the range they belong to', () => {
  assert.equal(parseCidr('10.30.0.5/16'), { problem: 'has host bits set; the range is 10.30.0.0/16' });
});

test.run();

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatBytes, formatCores, formatDuration, parseBytes, parseCores, parseDuration } from '../../environments/units.ts';

const test = suite('units');

test('durations are seconds', () => {
  assert.equal(['500ms', '15s', '2m', '24h', '14d'].map(parseDuration), [0.5, 15, 120, 86_400, 1_209_600]);
});

test('amounts are bytes and cores', () => {
  assert.equal(['1Ki', '512Mi', '20Gi', '1Ti'].map(parseBytes), [1024, 536_870_912, 21_474_836_480, 1_099_511_627_776]);
  assert.equal(['2', '500m'].map(parseCores), [2, 0.5]);
});

test('what is not a duration, an amount or cores is refused', () => {
  for (const text of ['', '15', '1.5s', '-1s', '15 s', 's', '15S', '9999999s']) assert.is(parseDuration(text), undefined, text);
  for (const text of ['', '5', '5G', '5GB', '-5Gi', '1.5Gi', '8192Ti', '999999Ti']) assert.is(parseBytes(text), undefined, text);
  for (const text of ['', '1.5', '2c', '-1']) assert.is(parseCores(text), undefined, text);
});

test('a value that was written reads back the same', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 900_000 }), (seconds) => assert.is(parseDuration(formatDuration(seconds)), seconds)));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999 }), (mebi) => assert.is(parseBytes(formatBytes(mebi * 2 ** 20)), mebi * 2 ** 20)),
  );
  fc.assert(fc.property(fc.integer({ min: 1, max: 99_999 }), (milli) => assert.is(parseCores(formatCores(milli / 1000)), milli / 1000)));
});

test.run();

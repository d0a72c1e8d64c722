import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { summaryOf, withSummaries } from '../../src/kernel/arraySummary.js';

test('summaryOf() gives type, length, first values, range and the number of NaN', () => {
  const values = Float32Array.from({ length: 1000 }, (_, index) => index - 3);
  values[5] = Number.NaN;
  const summary = summaryOf(values);
  assert.match(
    summary,
    /^Float32Array\(1000\) \[ -3, -2, -1, 0, 1, NaN, 3, .*980 more items \] \(min -3, max 996, NaN 1 times\)$/,
  );
  assert.match(summaryOf(new BigInt64Array(30)), /^BigInt64Array\(30\) .*\(min 0n, max 0n\)$/);
  assert.match(summaryOf(new Float64Array(30).fill(Number.NaN)), /\(no numbers, NaN 30 times\)$/);
});

test('withSummaries() reaches arrays inside of values, leaves short ones, and ends with its work', () => {
  const volume = { data: new Int16Array(8 * 8 * 8), size: Uint16Array.of(8, 8, 8) };
  const shown = withSummaries(() => inspect(volume));
  assert.match(shown, /data: Int16Array\(512\) \[ 0, .*492 more items \] \(min 0, max 0\)/);
  assert.match(shown, /size: Uint16Array\(3\) \[ 8, 8, 8 \]/);
  assert.doesNotMatch(inspect(volume), /min 0/);
});

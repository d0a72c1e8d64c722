import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  LOOKED_AT,
  statisticsOf,
  statisticsText,
  summaryOf,
} from '../../../src/kernel/outputs/arraySummary.js';

test('summaryOf() gives type, length, first values, range, mean and the number of NaN', () => {
  const values = Float32Array.from({ length: 1000 }, (_, index) => index - 3);
  values[5] = Number.NaN;
  assert.match(
    summaryOf(values, 'Float32Array'),
    /^Float32Array\(1000\) \[ -3, -2, -1, 0, 1, NaN, 3, .*980 more items \] \(min -3, max 996, mean 496.995, NaN 1 times\)$/,
  );
  assert.match(
    summaryOf(new BigInt64Array(30), 'BigInt64Array'),
    /^BigInt64Array\(30\) .*\(min 0n, max 0n, mean 0\)$/,
  );
  assert.match(statisticsText(new Float64Array(30).fill(Number.NaN)), /^no numbers, NaN 30 times$/);
});

test('statisticsOf() samples what is longer than a look, evenly also where rows repeat, and says so', () => {
  const length = LOOKED_AT + 512 * 100;
  // The value is the column of rows of 512: a fixed step would meet few of the columns.
  const columns = new Int16Array(length).map((_, index) => index % 512);
  const { min, max, mean, looked } = statisticsOf(columns);
  assert.deepEqual([min, max], [0, 511]);
  assert.ok(Math.abs(mean - 255.5) < 1, `${mean}`);
  assert.ok(looked < length && looked > 2 ** 17);
  assert.match(statisticsText(columns), new RegExp(`, of a sample of ${looked}$`));
  const exact = statisticsOf(columns.subarray(0, 51_200));
  assert.deepEqual([exact.looked, exact.mean], [51_200, 255.5]);
});

test('statisticsOf() looks at fewer values of each further array of a value', () => {
  const looks = { left: LOOKED_AT };
  const many = new Float64Array(LOOKED_AT);
  assert.equal(statisticsOf(many, looks).looked, LOOKED_AT);
  assert.ok(statisticsOf(many, looks).looked < 2000);
});

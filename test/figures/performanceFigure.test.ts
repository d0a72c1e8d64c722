import assert from 'node:assert/strict';
import { test } from 'node:test';
import { performanceFigure } from '../../src/figures/performanceFigure.js';
import { PERFORMANCE_MEASURED, readPerformance } from '../../src/gpu/performance.js';

test('performanceFigure() draws the ideal, 2018 and our own, each with its share of ideal speed', () => {
  const { traces, y } = performanceFigure([...readPerformance(), ...readPerformance(PERFORMANCE_MEASURED)]);
  assert.deepEqual(
    traces.map(({ x, labels }) => [x, labels?.at(-1)]),
    [
      [[1, 4], undefined],
      [[1, 4], '1.27x, 31.7 %'],
      [[1, 2], '2.00x, 100.1 %'],
      [[1, 2], '1.83x, 91.5 %'],
    ],
  );
  assert.deepEqual(y.range, [0, 4]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { performanceFigure } from '../../src/figures/performanceFigure.js';
import { PERFORMANCE_MEASURED, readPerformance } from '../../src/gpu/performance.js';

test('performanceFigure() draws the ideal, 2018 and our own, each with its share of ideal speed', () => {
  const { traces, y } = performanceFigure([...readPerformance(), ...readPerformance(PERFORMANCE_MEASURED)]);
  assert.deepEqual(
    traces.map(({ x, name }) => [x, name]),
    [
      [[1, 4], 'ideal'],
      [[1, 4], '2018, Keras on Tesla K80: 1.27x on 4, 31.7 %'],
      [[1, 2], 'voxlab, replicas in one process: 2.00x on 2, 100.1 %'],
      [[1, 2], 'voxlab, processes: 1.83x on 2, 91.5 %'],
    ],
  );
  assert.deepEqual(y.range, [0, 4]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gpuMemoryFigure, gpuUtilizationFigure } from '../../src/figures/gpuUseFigures.js';
import { readGpuLog } from '../../src/gpu/readGpuLog.js';
import { inRepository } from '../../src/paths.js';

const log = await readGpuLog(inRepository('data', 'gpustat', 'k80x8_2018.txt'));

test('gpuUtilizationFigure() has a curve a GPU over real times, two a second', () => {
  const { title, x, traces } = gpuUtilizationFigure(log);
  assert.match(title, /Tesla K80 on ip-172-31-25-225/);
  assert.equal(x.type, 'date');
  assert.equal(traces.length, 8);
  assert.deepEqual(traces[0]?.x.slice(0, 3), [
    '2018-10-11T04:16:20.000',
    '2018-10-11T04:16:20.500',
    '2018-10-11T04:16:21.000',
  ]);
  assert.deepEqual(traces[0]?.y.slice(0, 2), [51, 7]);
});

test('gpuMemoryFigure() reaches up to the memory there is', () => {
  const { y, traces } = gpuMemoryFigure(log);
  assert.deepEqual(y.range, [0, 11441]);
  assert.equal(traces[3]?.y[0], 10960);
});

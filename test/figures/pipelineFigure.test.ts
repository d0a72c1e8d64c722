import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pipelineFigure } from '../../src/figures/pipelineFigure.js';

test('pipelineFigure(): a row for each device, a bar for each pass at its time', () => {
  const pass = (name: string, index: number, fromMs: number, toMs: number) => ({
    ...{ name, stage: index, replica: 0, fromMs, toMs },
    device: `/job:localhost/replica:0/task:0/device:CPU:${index}`,
  });
  const svg = pipelineFigure('a step', [
    pass('forward 0', 0, 0, 50),
    pass('forward 0', 1, 50, 100),
    pass('backward 0', 1, 100, 200),
  ]).svg();
  assert.deepEqual(svg.match(/>CPU:\d</g), ['>CPU:0<', '>CPU:1<']);
  assert.deepEqual(svg.match(/>[FB]0</g), ['>F0<', '>F0<', '>B0<']);
  // 880 of 1000 are the axis: the second bar begins at a quarter of it.
  assert.match(svg, /<rect x="310" y="90" width="220"/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { huHistogramFigure } from '../../src/figures/huHistogram.js';

test('huHistogramFigure() gives shares of voxels that sum to 100 %, with what lies beyond in the end bins', () => {
  const figure = huHistogramFigure(
    'intensities',
    [{ name: 'a', dataHu: Int16Array.of(-3000, -1000, -990, 0, 5000) }],
    { low: -1000, high: 100 },
  );
  const [trace] = figure.traces;
  assert.equal(trace!.x.length, 55);
  assert.equal(trace!.y[0], 60, 'three of five lie at or below -980');
  assert.equal(trace!.y[50], 20);
  assert.equal(trace!.y[54], 20);
  assert.equal(trace!.x[0], -990);
});

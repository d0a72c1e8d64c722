import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chart } from '../../../src/figures/charts/chart.js';
import { cleanSpec, notFinite } from '../../../src/figures/charts/chartData.js';
import type { ChartSpec } from '../../../src/figures/charts/chartSpec.js';

const specOf = (more: Partial<ChartSpec>): ChartSpec => ({
  ...{ title: 't', x: { title: 'x' }, y: { title: 'y' }, traces: [] },
  ...more,
});

test('cleanSpec() makes gaps of what is no finite number, in traces and bands', () => {
  const spec = specOf({
    traces: [{ name: 'a', x: [1, 2, Number.NaN, 4], y: [1, Number.NaN, 3, Number.POSITIVE_INFINITY] }],
    bands: [{ name: 'b', x: [1, 2], low: [0, 0], high: [1, Number.NaN], color: '#cfe1f0' }],
  });
  const { traces, bands } = cleanSpec(spec);
  assert.deepEqual(traces[0]!.y, [1, null, null, null]);
  assert.deepEqual(
    [bands![0]!.low, bands![0]!.high],
    [
      [0, null],
      [1, null],
    ],
  );
  assert.equal(notFinite(spec), 3);
});

test('cleanSpec(): 0 and below have no place on a logarithmic axis', () => {
  const traces = [{ name: 'a', x: [0, 1, 10], y: [1, 2, 3] }];
  const { traces: kept } = cleanSpec(specOf({ x: { title: 'x', type: 'log10' }, traces }));
  assert.deepEqual(kept[0]!.y, [null, 2, 3]);
});

test('cleanSpec() thins long curves: every peak and every gap stays, few stay as they are', () => {
  const length = 1_000_000;
  const y: (number | null)[] = Array.from({ length }, (_, i) => Math.sin(i / 5e4));
  y[123_456] = 50;
  y[654_321] = -50;
  y[777_777] = null;
  const x = y.map((_, i) => i);
  const [trace] = cleanSpec(specOf({ traces: [{ name: 'a', x, y }] })).traces;
  assert.ok(trace!.y.length <= 2100, String(trace!.y.length));
  const at = (value: number | null) => trace!.x[trace!.y.indexOf(value)];
  assert.deepEqual([at(50), at(-50), at(null)], [123_456, 654_321, 777_777]);
  assert.ok(trace!.x.every((place, i) => i === 0 || place > trace!.x[i - 1]!));
  const few = { name: 'a', x: [1, 2], y: [1, 2] };
  assert.deepEqual(cleanSpec(specOf({ traces: [few] })).traces, [few]);
});

test('cleanSpec() thins a band to the whole extent of each part, and keeps its gaps', () => {
  const length = 100_000;
  const x = Array.from({ length }, (_, i) => i);
  const low: (number | null)[] = x.map(() => 0);
  const high: (number | null)[] = x.map(() => 1);
  high[50_000] = 9;
  low[70_000] = null;
  high[70_000] = null;
  const [band] = cleanSpec(specOf({ bands: [{ name: 'b', x, low, high, color: '#cfe1f0' }] })).bands!;
  assert.ok(band!.x.length <= 700);
  assert.ok(band!.high.includes(9) && band!.low.includes(null));
});

test('a chart of a million points stays below 200 kB, as a picture and as an output of a notebook', () => {
  const x = Array.from({ length: 1_000_000 }, (_, i) => i);
  const y = x.map((i) => Math.sin(i / 1000) + Math.cos(i * 1.7));
  const drawn = chart(specOf({ traces: [{ name: 'a', x, y }] }));
  assert.ok(drawn.svg().length < 200_000, String(drawn.svg().length));
  const bundle = (drawn as unknown as Record<symbol, () => object>)[Symbol.for('Jupyter.display')]!();
  const { length } = JSON.stringify(bundle);
  assert.ok(length < 200_000, String(length));
});

test('cleanSpec() refuses as many places as there are not values', () => {
  const traces = [{ name: 'loss', x: [1, 2], y: [1] }];
  assert.throws(
    () => chart(specOf({ traces })),
    /^RangeError: loss: expected as many values as places, received 1 for 2$/,
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chart } from '../../../src/figures/charts/chart.js';

const part = { y: { title: 'y' }, traces: [{ name: 'a', x: [1, 2], y: [1 / 3, 2] }] };

test('a band is a closed line around each of its parts, behind the traces', () => {
  const band = {
    ...{ name: 'b', x: [1, 2, 3, 4, 5], color: '#cfe1f0' },
    ...{ low: [0, 1, null, 3, 4], high: [5, 6, null, 8, 9] },
  };
  const { data } = chart({ title: 't', x: { title: 'x' }, ...part, bands: [band] }).plotly();
  assert.deepEqual(
    data.map(({ name }) => name),
    ['b', 'a'],
  );
  assert.deepEqual(data[0]!.x, [1, 2, 2, 1, null, 4, 5, 5, 4]);
  assert.deepEqual(data[0]!.y, [5, 6, 1, 0, null, 8, 9, 4, 3]);
  assert.deepEqual([data[0]!.fill, data[0]!.fillcolor], ['toself', 'rgba(159, 195, 225, 0.5)']);
});

test('a band of a strong colour keeps it', () => {
  const band = { name: 'b', x: [1, 2], low: [0, 0], high: [1, 1], color: '#d55e00' };
  const { data } = chart({ title: 't', x: { title: 'x' }, ...part, bands: [band] }).plotly();
  assert.equal(data[0]!.fillcolor, '#d55e00');
});

test('charts below share the x axis, each with a third of the height of the first', () => {
  const { data, layout } = chart({ title: 't', x: { title: 'x' }, ...part, below: [part, part] }).plotly();
  assert.deepEqual(
    data.map(({ yaxis }) => yaxis),
    [undefined, 'y2', 'y3'],
  );
  const axis = (name: string) => layout[name] as { anchor: string; domain: [number, number] };
  assert.equal(axis('xaxis').anchor, 'y3');
  const domains = ['yaxis', 'yaxis2', 'yaxis3'].map((name) => axis(name).domain);
  const [first, second, third] = domains.map(([low, high]) => high - low);
  assert.ok(Math.abs(first! - 3 * second!) < 1e-9 && Math.abs(second! - third!) < 1e-9);
  assert.ok(domains[0]![0] > domains[1]![1] && domains[1]![0] > domains[2]![1]);
  assert.deepEqual([domains[0]![1], domains[2]![0]], [1, 0]);
});

test("bars are plotly's own, each as high as it is above its base; names are ticks", () => {
  const bars = { name: 'b', x: [0, 1], y: [5, 7], bars: { width: 0.5, base: [2, 3] }, labels: ['five', ''] };
  const spec = { title: 't', x: { title: 'x', names: ['zero', 'one'] }, y: { title: 'y' }, traces: [bars] };
  const { data, layout } = chart(spec).plotly();
  const { type, y, base, width, text } = data[0]!;
  assert.deepEqual([type, y, base, width, text], ['bar', [3, 4], [2, 3], 0.5, ['five', '']]);
  const { tickvals, ticktext } = layout.xaxis as Record<string, unknown>;
  assert.deepEqual(
    [tickvals, ticktext],
    [
      [0, 1],
      ['zero', 'one'],
    ],
  );
});

test('numbers have as many digits as a screen shows; steps stay whole', () => {
  const traces = [{ name: 'a', x: [1_234_567], y: [1 / 3] }];
  const { data } = chart({ title: 't', x: { title: 'x' }, y: { title: 'y' }, traces }).plotly();
  assert.deepEqual([data[0]!.x, data[0]!.y], [[1_234_567], [0.333333]]);
});

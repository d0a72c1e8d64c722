import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChartSize, chartDrawing } from '../../../src/figures/charts/chartDrawing.js';
import type { ChartSpec } from '../../../src/figures/charts/chartSpec.js';
import { drawingSvg, type Shape } from '../../../src/figures/drawing/drawing.js';
import { widthOf } from '../../../src/figures/drawing/strokeFont.js';
import { linearTicks, timeTicks } from '../../../src/figures/drawing/ticks.js';
import { runPython } from '../../python.js';

const renderSvg = (chart: ChartSpec, size: ChartSize): string => drawingSvg(chartDrawing(chart, size));

const spec = {
  title: 'A <b> & "c"',
  x: { title: 'x', range: [0, 10] as const },
  y: { title: 'y', range: [0, 1] as const },
  traces: [
    { name: 'one & two', x: [0, 5, 10], y: [0, 1, null], color: '#111111' },
    { name: 'three', x: [0, 10], y: [0.5, 0.5], dash: 'dot' as const },
  ],
};

test('chartDrawing() is well-formed XML with escaped text, one path a curve, and its points in place', () => {
  const svg = renderSvg(spec, { width: 400, height: 300 });
  const { texts, strokes } = runPython<{ texts: string[]; strokes: string[] }>(
    `import json, sys, xml.etree.ElementTree as E
r = E.fromstring(json.load(sys.stdin)); n = '{http://www.w3.org/2000/svg}'
print(json.dumps(dict(texts=[t.text for t in r.iter(n + 'text')], strokes=[p.get('d') for p in r.iter(n + 'path') if p.get('stroke') == '#111111'])))`,
    svg,
  );
  for (const text of ['A <b> & "c"', 'one & two', 'three', 'x', 'y', '0.2', '10'])
    assert.ok(texts.includes(text), text);
  // The box is 60 to 384 wide and 58 to 252 high below one line of legend.
  assert.ok(strokes.includes('M60 252L222 58'), strokes.join(' '));
});

test('chartDrawing() writes labels above their points, escaped, and not above the chart', () => {
  const traces = [{ name: 'a', x: [0, 5, 10], y: [0, 1, null], labels: ['<1>', 'top', 'gap'] }];
  const svg = renderSvg({ ...spec, traces }, { width: 400, height: 300 });
  assert.match(svg, /<text x="60" y="247"[^>]*>&lt;1&gt;<\/text>/);
  assert.match(svg, /<text x="222" y="50"[^>]*>top<\/text>/);
  assert.doesNotMatch(svg, /gap/);
});

test('chartDrawing() draws bands behind, bars from their base, a lower chart over the same axis, and names as ticks', () => {
  const drawing = chartDrawing(
    {
      ...{ title: 't', x: { title: 'x', range: [0, 10], names: ['zero', 'one', '', '', 'four'] } },
      y: { title: 'y', range: [0, 10] },
      traces: [{ name: 'bars', x: [5], y: [8], bars: { width: 2, base: [3] }, color: '#111111' }],
      bands: [
        { name: 'band', x: [0, 10, 20], low: [0, 5, 5], high: [5, 20, 20], color: '#cfe1f0' },
        { name: 'one place', x: [5, 6], low: [1, null], high: [2, null], color: '#92bfdf' },
      ],
      below: [{ y: { title: 'lower' }, traces: [{ name: 'low', x: [0, 10], y: [0, 7] }] }],
    },
    { width: 400, height: 300 },
  );
  const of = <K extends Shape['kind']>(kind: K) =>
    drawing.shapes.filter((shape): shape is Shape & { kind: K } => shape.kind === kind);
  const [band] = of('band');
  const [left, right, top, bottom] = [60, 384, 58, 252];
  assert.deepEqual(band, {
    ...{ kind: 'band', fill: '#cfe1f0' },
    // What lies beyond an axis ends at its edge.
    ...{ x: [left, right, right], low: [bottom, 155, 155], high: [155, top, top] },
  });
  const filled = (color: string) =>
    of('rectangle').filter(({ fill, height }) => fill === color && height > 12);
  const [bar] = filled('#111111');
  assert.ok(Math.abs(bar!.width - 0.2 * (right - left)) < 1e-9);
  assert.ok(Math.abs(bar!.y - (bottom - 0.8 * (bottom - top))) < 1e-9);
  assert.ok(Math.abs(bar!.height - 0.5 * (bottom - top)) < 1e-9);
  assert.equal(filled('#92bfdf')[0]!.width, 4, 'a place between two gaps is a narrow bar');
  const texts = of('text').map(({ text }) => text);
  for (const text of ['zero', 'one', 'four', 'lower', '0', '5', '10']) assert.ok(texts.includes(text), text);
  assert.ok(drawing.height > 300 + 92);
});

test('chartDrawing(): labels that would cover each other stand apart; a long legend leaves the curves their room', () => {
  const near = (name: string, y: number) => ({ name, x: [5], y: [y], labels: [name] });
  const size = { width: 400, height: 300 };
  const { shapes } = chartDrawing({ ...spec, traces: [near('AAAA', 0.5), near('BBBB', 0.52)] }, size);
  const at = (wanted: string) =>
    shapes.flatMap((shape) =>
      shape.kind === 'text' && shape.text === wanted && shape.size === 11 ? [shape] : [],
    )[0]!;
  assert.ok(Math.abs(at('AAAA').y - at('BBBB').y) > 11);
  const many = Array.from({ length: 60 }, (_, i) => ({
    name: `a run with a long name ${i}`,
    x: [0, 1],
    y: [0, 1],
  }));
  const tall = chartDrawing(
    { ...spec, traces: [...many, { name: 'y'.repeat(500), x: [0, 1], y: [0, 1] }] },
    size,
  );
  assert.ok(tall.height > 700, String(tall.height));
  for (const shape of tall.shapes)
    if (shape.kind === 'text' && shape.turned !== true && shape.anchor === 'start')
      assert.ok(shape.x + widthOf(shape.text, shape.size) <= 400, shape.text);
});

test('a logarithmic axis whose range is not above 0 is refused', () => {
  const x = { title: 'x', type: 'log10', range: [0, 1] } as const;
  assert.throws(
    () => chartDrawing({ ...spec, x }),
    /^RangeError: Expected a range above 0 of a logarithmic axis, received 0 to 1$/,
  );
});

test('linearTicks() are round numbers with the decimals they need', () => {
  const labels = (low: number, high: number) => linearTicks(low, high, 5).map(({ label }) => label);
  assert.deepEqual(labels(0, 1), ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
  assert.deepEqual(labels(-3, 101), ['0', '50', '100']);
  assert.deepEqual(labels(0, 0.0004).at(-1), '0.0004');
  assert.deepEqual(linearTicks(3, 3, 5).length, 1);
});

test('timeTicks() are round clock times, days for long spans', () => {
  const from = Date.parse('2018-10-11T04:16:20Z');
  assert.deepEqual(
    timeTicks(from, from + 25_000, 8).map(({ label }) => label),
    ['04:16:20', '04:16:25', '04:16:30', '04:16:35', '04:16:40', '04:16:45'],
  );
  assert.equal(timeTicks(from, from + 40 * 86_400_000, 8)[0]?.label.length, 10);
});

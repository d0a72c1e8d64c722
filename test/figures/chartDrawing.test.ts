import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChartSize, chartDrawing } from '../../src/figures/chartDrawing.js';
import { drawingSvg } from '../../src/figures/drawing.js';
import type { ChartSpec } from '../../src/figures/figure.js';
import { linearTicks, timeTicks } from '../../src/figures/ticks.js';
import { runPython } from '../python.js';

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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { panelFigure } from '../../../src/figures/charts/panelFigure.js';
import type { PanelSpec } from '../../../src/figures/charts/panelSpec.js';
import { heatColor } from '../../../src/figures/drawing/heatColor.js';

const spec: PanelSpec = {
  title: 'use <&>',
  x: { title: 'time', type: 'date', range: [0, 4000] },
  panels: [
    {
      ...{ kind: 'heat', label: 'all', unit: '%', range: [0, 100] },
      hosts: [
        { edges: [0, 1000, 2000, 4000], rows: [{ label: 'a', values: [0, null, 100] }] },
        { edges: [0, 4000], rows: [{ label: 'b', values: [50] }] },
      ],
    },
    {
      ...{ kind: 'lane', label: 'lane', unit: 'MiB', range: [0, 10], limit: 8 },
      bands: [{ name: 'band', x: [0, 1000], low: [1, 2], high: [3, 4], color: '#cfe1f0' }],
      curves: [
        { name: 'curve', x: [0, 1000, 2000, 3000, 4000], y: [0, 10, null, 5, null], color: '#0072b2' },
      ],
    },
  ],
};

test('panelFigure().svg(): a rectangle a known cell by its colour, a path for each part of a curve, the limit dashed', () => {
  const svg = panelFigure(spec).svg();
  for (const value of [0, 1, 0.5]) assert.ok(svg.includes(`fill="${heatColor(value)}"`), heatColor(value));
  const cells = svg.match(/<rect [^>]*height="15"/g)!;
  assert.equal(cells.length, 3);
  // A lane 44 high below two rows: the curve goes from its foot to its head; a single point is seen, too.
  assert.equal(svg.match(/<path [^>]*stroke="#0072b2"/g)!.length, 2);
  assert.match(svg, /stroke-dasharray="4 4"/);
  assert.match(svg, /use &lt;&amp;&gt;/);
  assert.match(svg, />00:00:02</, 'a tick of the clock');
  assert.doesNotMatch(svg, /NaN|undefined/);
});

test('panelFigure().plotly(): all panels on one x axis, lanes below each other, tooltips of all at one time', () => {
  const { data, layout } = panelFigure(spec).plotly();
  assert.deepEqual(
    data.map(({ type, xaxis, yaxis }) => [type, xaxis, yaxis]),
    [['heatmap', 'x', 'y'], ['heatmap', 'x', 'y'], ...Array(4).fill(['scatter', 'x', 'y2'])],
  );
  const { hovermode, hoversubplots, xaxis, yaxis, yaxis2 } = layout as Record<
    string,
    Record<string, unknown>
  >;
  assert.deepEqual([hovermode, hoversubplots], ['x unified', 'axis'] as unknown);
  assert.deepEqual([xaxis!.type, xaxis!.anchor], ['date', 'y2']);
  const [upper, lower] = [yaxis!.domain, yaxis2!.domain] as [number[], number[]];
  assert.ok(upper[1] === 1 && upper[0]! > lower[1]! && Math.abs(lower[0]!) < 1e-9);
  assert.deepEqual([yaxis!.fixedrange, yaxis2!.fixedrange], [true, true]);
});

test('heatColor() begins with grey, so that idle differs from unknown, and gets darker with use', () => {
  const light = (share: number) => Number.parseInt(heatColor(share).slice(1, 3), 16);
  assert.equal(heatColor(0), '#e8e8e8');
  const shares = [0.02, 0.2, 0.4, 0.6, 0.8, 1].map(light);
  assert.deepEqual(
    shares,
    shares.toSorted((a, b) => b - a),
  );
  assert.equal(heatColor(7), heatColor(1));
});

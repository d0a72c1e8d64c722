import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chart } from '../../../src/figures/charts/chart.js';
import { picture } from '../../../src/figures/drawing/picture.js';
import { plotlyColor, themed } from '../../../src/figures/drawing/theme.js';
import { patchMontage } from '../../../src/figures/slices/patchMontage.js';

const shown = (value: object): Record<string, unknown> =>
  (value as Record<symbol, () => Record<string, unknown>>)[Symbol.for('Jupyter.display')]!();

test('a notebook gets pictures that follow its theme, a file those of the light one', () => {
  const drawn = picture('t', () => '<svg viewBox="0 0 1 1"><rect fill="white"/></svg>');
  assert.match(
    String(shown(drawn)['image/svg+xml']),
    /^<svg viewBox="0 0 1 1"><style>@media \(prefers-color-scheme:dark\)/,
  );
  assert.match(String(shown(drawn)['image/svg+xml']), /\[data-vscode-theme-kind\$=light\] \[fill\]/);
  assert.doesNotMatch(drawn.svg(), /prefers-color-scheme|vscode/);
  assert.equal(themed('<svg><svg></svg></svg>').match(/<style>/g)?.length, 1);
});

test("every grey of a chart has one in the dark theme, and plotly's chart no colour that a theme hides", () => {
  const traces = Array.from({ length: 8 }, (_, i) => ({ name: `run ${i}`, x: [1, 2], y: [i, i + 1] }));
  const drawn = chart({ title: 't', x: { title: 'x' }, y: { title: 'y' }, traces });
  const svg = String(shown(drawn)['image/svg+xml']);
  const dark = /<style>(.*?)<\/style>/.exec(svg)![1]!;
  const body = svg.replace(/<style>.*?<\/style>/, '');
  // What both themes show: middle greys, the palette's colours.
  for (const [, attribute, color] of body.matchAll(/(fill|stroke)="(#[0-9a-f]{3,6}|white)"/g)) {
    const grey = color === 'white' ? 255 : Number.parseInt(color!.slice(1, 3), 16);
    const isGrey = color === 'white' || /^#(..)\1\1$|^#(.)\2\2$/.test(color!);
    if (isGrey && (grey < 0x70 || grey > 0xb8)) assert.ok(dark.includes(`[${attribute}="${color}"]`), color);
  }
  const { data, layout } = drawn.plotly();
  assert.ok(data.every(({ line }) => (line as { color: string }).color !== '#000000'));
  assert.equal(plotlyColor('#d55e00'), '#d55e00');
  assert.match(JSON.stringify(layout.template), /"paper_bgcolor":"rgba\(0, 0, 0, 0\)"/);
});

test('long titles are broken into lines, legends list what is drawn, markers at the edge are whole', () => {
  const title = 'A title of many words '.repeat(8).trim();
  const spec = {
    ...{ title, x: { title: 'x', range: [0, 1] as const }, y: { title: 'y', range: [0, 1] as const } },
    traces: [
      { name: 'drawn', x: [0, 1, 2], y: [0, 1, 1], markers: true },
      { name: 'nothing yet', x: [0, 1], y: [null, null] },
    ],
  };
  const svg = chart(spec).svg();
  const lines = [...svg.matchAll(/font-size="15" font-weight="600">([^<]*)</g)].map(([, line]) => line!);
  assert.equal(lines.join(' '), title);
  assert.ok(lines.length > 1 && lines.every((line) => line.length * 8.8 <= 700));
  assert.ok(svg.includes('>drawn<') && !svg.includes('nothing yet'));
  assert.doesNotMatch(svg, /clip/, 'nothing cuts a marker');
  assert.equal(svg.match(/<circle/g)?.length, 2, 'the third lies beyond the axis');
  assert.equal(chart(spec).plotly().data[1]!.showlegend, false);
});

test('a montage lists the classes that it shows, where they are two', () => {
  const patch = (label: number) => ({ dataHu: new Int16Array(8), class: label });
  const of = (labels: number[]): string =>
    patchMontage('some', labels.map(patch), { dim: 2, slices: 2 }).svg();
  assert.match(of([1, 0]), /> nodule<.*> other</);
  assert.doesNotMatch(of([1, 1]), /> nodule<|> other</);
});

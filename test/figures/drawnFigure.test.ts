import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barFigure } from '../../src/figures/barFigure.js';
import { classBalanceFigure } from '../../src/figures/classBalanceFigure.js';
import type { DrawnFigure } from '../../src/figures/drawnFigure.js';
import { feedFigure } from '../../src/figures/feedFigure.js';
import { chart, PALETTE } from '../../src/figures/figure.js';
import { gpuMemoryBars, gpuUtilizationFigure } from '../../src/figures/gpuUseFigures.js';
import { huHistogramFigure } from '../../src/figures/huHistogram.js';
import { performanceFigure } from '../../src/figures/performanceFigure.js';
import { rocFigure } from '../../src/figures/rocFigure.js';
import {
  precisionRecallFigure,
  reliabilityFigure,
  scoreHistogramFigure,
} from '../../src/figures/scoreFigures.js';
import { stepTimeBars, stepTimeFigure } from '../../src/figures/stepTimeFigures.js';
import { BACKGROUNDS, contrastOf, type Theme } from '../../src/figures/theme.js';
import { accuracyFigure, lossFigure, trainingFigure } from '../../src/figures/trainingFigures.js';
import { readPerformance } from '../../src/gpu/performance.js';
import { readGpuLog } from '../../src/gpu/readGpuLog.js';
import { inRepository } from '../../src/paths.js';
import { calibrationCurve } from '../../src/scores/calibration.js';
import { calibrationBand } from '../../src/scores/calibrationBand.js';
import { averagePrecision, precisionRecallCurve } from '../../src/scores/precisionRecall.js';
import { bootstrapPrecisionRecall } from '../../src/scores/precisionRecallBootstrap.js';
import { rocCurve } from '../../src/scores/roc.js';
import { bootstrapRoc } from '../../src/scores/rocBootstrap.js';
import { scanIndex } from '../../src/scores/scanIndex.js';
import { runPython } from '../python.js';
import { drawnCases } from '../scores/reference.js';
import { epochRecord, stepRecord, validationRecord } from './sampleRecords.js';

const HOSTILE = '</text></svg><script>alert("1")</script>\u0000\ud800 & "quoted" \'name\'';

const records = [
  ...Array.from({ length: 60 }, (_, i) => stepRecord(i + 1)),
  ...[20, 40, 60].map((step) => validationRecord(step, 0.7 - step / 200)),
  epochRecord(1, 20),
];
const { scores, classes, scanOf } = drawnCases('figures', 12, 30, 1e9);
const scans = scanIndex(scanOf);
const points = precisionRecallCurve(scores, classes);
const bins = calibrationCurve(scores, classes);
const log = await readGpuLog(inRepository('data', 'gpustat', 'k80x8_2018.txt'));

/** Every kind of figure, usual, and with names that would break a page. */
const FIGURES: Readonly<Record<string, DrawnFigure>> = {
  training: trainingFigure(records),
  loss: lossFigure(records),
  accuracy: accuracyFigure(records),
  feed: feedFigure(records),
  stepTimes: stepTimeFigure(records),
  stepTimeBars: stepTimeBars({ [HOSTILE]: records, two: records }),
  roc: rocFigure(
    rocCurve(scores, classes),
    0.9,
    [0.8, 1],
    bootstrapRoc(scores, classes, scans, { rates: [0, 0.5, 1] }).band,
  ),
  pr: precisionRecallFigure(
    points,
    averagePrecision(points),
    0.1,
    [HOSTILE, 'b'],
    bootstrapPrecisionRecall(scores, classes, scans),
  ),
  calibration: reliabilityFigure(bins, 0.1, ['a', HOSTILE], calibrationBand(bins, scores, classes, scans)),
  histogram: scoreHistogramFigure(scores, classes, 20, ['a', HOSTILE]),
  balance: classBalanceFigure({ classes, subsets: scans.scanOf }, ['a', HOSTILE]),
  hu: huHistogramFigure(HOSTILE, [{ name: HOSTILE, dataHu: Int16Array.of(-900, 30, 40) }]),
  performance: performanceFigure(readPerformance()),
  gpu: gpuUtilizationFigure(log),
  gpuMemory: gpuMemoryBars(log),
  bars: barFigure({
    ...{ title: HOSTILE, unit: HOSTILE },
    bars: [
      { label: HOSTILE, total: 3, parts: [{ name: HOSTILE, value: 2, color: PALETTE[5] }], note: HOSTILE },
    ],
  }),
  chart: chart({
    ...{ title: HOSTILE, x: { title: HOSTILE }, y: { title: HOSTILE }, says: [HOSTILE] },
    traces: [{ name: HOSTILE, x: [1, 2], y: [1, 2], labels: [HOSTILE, ''], color: '"><script>' }],
  }),
};
/** What may be asked for and shows little or nothing. */
const MEAGRE: Readonly<Record<string, DrawnFigure>> = {
  noTraining: trainingFigure([]),
  oneStep: trainingFigure([stepRecord(1)]),
  diverged: trainingFigure([
    stepRecord(1),
    stepRecord(2, { loss: Number.NaN }),
    validationRecord(2, Number.NaN),
  ]),
  noSteps: stepTimeFigure([]),
  noBars: stepTimeBars({}),
  noRows: classBalanceFigure({ classes: [], subsets: [] }),
  noVoxels: huHistogramFigure('nothing', [{ name: 'a', dataHu: new Int16Array(0) }]),
  badVoxels: huHistogramFigure('bad', [{ name: 'a', dataHu: Float32Array.of(Number.NaN, 5) }]),
  onePoint: rocFigure([{ threshold: 1, falsePositiveRate: 0, truePositiveRate: 1 }], 1, null),
  noLog: gpuUtilizationFigure({ samples: [] }),
  noTraces: chart({ title: '', x: { title: '' }, y: { title: '' }, traces: [] }),
  noPlace: chart({
    ...{ title: 'log', x: { title: 'x', type: 'log10' }, y: { title: 'y', type: 'log2' } },
    traces: [{ name: 'a', x: [0, -1], y: [1, 2] }],
  }),
};
const THEMES: readonly Theme[] = ['light', 'dark'];

const shown = (figure: DrawnFigure): Record<string, unknown> =>
  (figure as unknown as Record<symbol, () => Record<string, unknown>>)[Symbol.for('Jupyter.display')]!();

test('every figure is well-formed XML without a number that is none, a script, or an attribute that broke out', () => {
  const svgs = Object.entries({ ...FIGURES, ...MEAGRE }).flatMap(([name, figure]) => [
    ...THEMES.map((theme) => [`${name}, ${theme}`, figure.svg(theme)] as const),
    [`${name}, notebook`, String(shown(figure)['image/svg+xml'])] as const,
  ]);
  const faults = runPython<string[]>(
    `import json, sys, xml.etree.ElementTree as E
faults = []
for name, svg in json.load(sys.stdin):
  r = E.fromstring(svg)
  tags = {e.tag.split('}')[1] for e in r.iter()}
  if not tags <= {'svg', 'g', 'rect', 'path', 'circle', 'text', 'style'}: faults.append(f'{name}: {tags}')
  if not r.get('aria-label') and name.split(',')[0] != 'noTraces': faults.append(f'{name}: no alternative')
  for e in r.iter():
    if any(w in v for k, v in e.attrib.items() if k != 'aria-label' for w in ('NaN', 'undefined', 'Infinity')): faults.append(f'{name}: {e.attrib}')
print(json.dumps(faults))`,
    svgs,
  );
  assert.deepEqual(faults, []);
  for (const [name, svg] of svgs) assert.ok(svg.length < 200_000, `${name}: ${svg.length}`);
});

/** A notebook's picture as its dark theme shows it. */
function darkened(svg: string): string {
  const [, rules = ''] = /<style>@media \(prefers-color-scheme:dark\)\{(.*?)\}<\/style>/.exec(svg) ?? [];
  return [...rules.matchAll(/(\w*)\[(fill|stroke)="([^"]*)"\]\{\w+:([^}]*)\}/g)].reduce(
    (page, [, element, attribute, from, to]) =>
      page.replaceAll(
        new RegExp(`(<${element || '\\w+'} [^>]*${attribute}=")${from}"`, 'g'),
        (_, before) => `${before}${to}"`,
      ),
    svg.replace(/<style>.*?<\/style>/, ''),
  );
}

/** Letters and what stands behind them: the last rectangle in which they begin, else the page. */
function faintTexts(svg: string, page: string): string[] {
  const rectangles: { x: number; y: number; right: number; bottom: number; fill: string }[] = [];
  const faint: string[] = [];
  const number = (text: string, name: string) => Number(new RegExp(` ${name}="([^"]*)"`).exec(text)?.[1]);
  for (const [element, name] of svg.matchAll(/<(rect|text) [^>]*>[^<]*/g)) {
    const fill = / fill="([^"]*)"/.exec(element)?.[1] ?? '';
    const [x, y] = [number(element, 'x'), number(element, 'y')];
    if (name === 'rect') {
      if (!Number.isNaN(x))
        rectangles.push({
          x,
          y,
          right: x + number(element, 'width'),
          bottom: y + number(element, 'height'),
          fill,
        });
      continue;
    }
    const isStart = element.includes('text-anchor="start"');
    const behind = rectangles.findLast(
      (each) => isStart && x >= each.x && x <= each.right && y >= each.y && y <= each.bottom,
    );
    const contrast = contrastOf(fill, behind?.fill ?? page);
    if (!(contrast >= 4.5)) faint.push(`${contrast.toFixed(2)}: ${element}`);
  }
  return faint;
}

test('all letters of all figures have a contrast of at least 4.5 in both themes, in files and in notebooks', () => {
  for (const [name, figure] of Object.entries({ ...FIGURES, ...MEAGRE })) {
    if (name === 'chart') continue;
    for (const theme of THEMES)
      assert.deepEqual(faintTexts(figure.svg(theme), BACKGROUNDS[theme]), [], `${name}, ${theme}`);
    const picture = String(shown(figure)['image/svg+xml']);
    assert.deepEqual(faintTexts(picture, '#ffffff'), [], `${name} in a light notebook`);
    assert.deepEqual(faintTexts(darkened(picture), '#111111'), [], `${name} in a dark notebook`);
  }
});

test("an output of a notebook holds data, a picture and words, and none of plotly's own code", () => {
  for (const [name, figure] of Object.entries({ ...FIGURES, ...MEAGRE })) {
    const bundle = shown(figure);
    assert.deepEqual(
      Object.keys(bundle),
      ['application/vnd.plotly.v1+json', 'image/svg+xml', 'text/plain'],
      name,
    );
    const { data, layout, ...more } = bundle['application/vnd.plotly.v1+json'] as Record<string, unknown>;
    assert.ok(Array.isArray(data) && typeof layout === 'object' && Object.keys(more).length === 0, name);
    const text = JSON.stringify(bundle);
    assert.ok(text.length < 200_000, `${name}: ${text.length}`);
    assert.doesNotMatch(JSON.stringify({ data, layout }), /function|Plotly\.|require\(/, name);
    assert.equal(bundle['text/plain'], figure.text(), name);
  }
});

test('every figure says its numbers in words', () => {
  for (const [name, figure] of Object.entries(FIGURES)) {
    const [title, ...says] = figure.text().split('\n');
    assert.equal(title, figure.title, name);
    if (name !== 'chart' && name !== 'bars') assert.match(says.join(' '), /\d/, name);
  }
});

test('every figure becomes pixels: the corner has the colour of the theme, and there is ink', () => {
  const figures = Object.entries(FIGURES).filter(([name]) => name !== 'chart');
  const pictures = [...figures, ...Object.entries(MEAGRE)].flatMap(([name, figure]) =>
    THEMES.map((theme) => ({ name, theme, png: figure.png(theme).toString('base64') })),
  );
  const seen = runPython<{ corner: number[]; ink: number; width: number }[]>(
    `import json, sys, base64, io, numpy as np, SimpleITK as sitk, tempfile
out = []
for p in json.load(sys.stdin):
  with tempfile.NamedTemporaryFile(suffix='.png') as f:
    f.write(base64.b64decode(p['png'])); f.flush()
    a = sitk.GetArrayFromImage(sitk.ReadImage(f.name))
  out.append(dict(corner=a[0, 0].tolist(), ink=float((a != a[0, 0]).any(-1).mean()), width=a.shape[1]))
print(json.dumps(out))`,
    pictures,
  );
  for (const [at, { corner, ink, width }] of seen.entries()) {
    const { name, theme } = pictures[at]!;
    assert.deepEqual(corner, theme === 'light' ? [255, 255, 255] : [17, 17, 17], name);
    assert.ok(ink > 0.002, `${name}, ${theme}: ${ink}`);
    assert.equal(width, 1520, name);
  }
});

test('a colour that no picture of pixels can have is refused with its form', () => {
  assert.throws(() => FIGURES.chart!.png(), /Expected a colour as #rrggbb, received/);
});

test('colours that stand beside each other differ for colour-blind readers', () => {
  const together = {
    'parts of a step': stepTimeFigure(records).bands!.map(({ color }) => color),
    training: trainingFigure(records).traces.map(({ color }) => color!),
    classes: classBalanceFigure({ classes: [1, 0], subsets: [0, 0] }).traces.map(({ color }) => color!),
    'first of the palette': PALETTE.slice(0, 6),
  };
  // Machado, Oliveira and Fernandes (2009), full severity; distances in CIE L*a*b*.
  const nearest = runPython<Record<string, number>>(
    `import json, sys, itertools, numpy as np
M = [np.eye(3), [[0.152286,1.052583,-0.204868],[0.114503,0.786281,0.099216],[-0.003882,-0.048116,1.051998]],
  [[0.367322,0.860646,-0.227968],[0.280085,0.672501,0.047413],[-0.011820,0.042940,0.968881]],
  [[1.255528,-0.076749,-0.178779],[-0.078411,0.930809,0.147602],[0.004733,0.691367,0.303900]]]
X = np.array([[.4124564,.3575761,.1804375],[.2126729,.7151522,.0721750],[.0193339,.1191920,.9503041]])
def lab(h, m):
  c = np.array([int(h[i:i+2], 16) / 255 for i in (1, 3, 5)])
  c = np.array(m) @ np.where(c <= .04045, c / 12.92, ((c + .055) / 1.055) ** 2.4)
  xyz = X @ np.clip(c, 0, 1) / np.array([.95047, 1, 1.08883])
  f = np.where(xyz > .008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
  return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
print(json.dumps({k: min(float(np.linalg.norm(lab(a, m) - lab(b, m))) for m in M for a, b in itertools.combinations(v, 2))
  for k, v in json.load(sys.stdin).items()}))`,
    together,
  );
  for (const [name, distance] of Object.entries(nearest)) assert.ok(distance > 15, `${name}: ${distance}`);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  precisionRecallFigure,
  reliabilityFigure,
  scoreHistogramFigure,
} from '../../src/figures/scoreFigures.js';
import { calibrationCurve } from '../../src/scores/calibration.js';
import { averagePrecision, precisionRecallCurve } from '../../src/scores/precisionRecall.js';
import { runPython } from '../python.js';
import { drawnCases } from '../scores/reference.js';

const { scores, classes } = drawnCases('figures', 20, 40, 1e9);
const points = precisionRecallCurve(scores, classes);

test('precisionRecallFigure() says the area and what chance would have', () => {
  const figure = precisionRecallFigure(points, averagePrecision(points), 0.1);
  assert.match(figure.title, /^PR AUC 0\.\d{3} \(average precision; chance 0\.100\)$/);
  assert.deepEqual([figure.traces[0]!.x[0], figure.traces[0]!.y[0]], [0, 1]);
  assert.deepEqual(figure.traces[1]!.y, [0.1, 0.1]);
});

test('reliabilityFigure() has a point a bin, and the number of patches over each bin', () => {
  const bins = calibrationCurve(scores, classes);
  const figure = reliabilityFigure(bins, 0.0712);
  assert.equal(figure.title, 'Reliability: Brier score 0.0712, 800 patches');
  assert.deepEqual(
    figure.traces[0]!.y,
    bins.map(({ positiveShare }) => positiveShare),
  );
  const [counts] = figure.below![0]!.traces;
  const labels = counts!.labels!;
  assert.deepEqual(
    counts!.y,
    bins.map(({ count }) => count),
  );
  assert.deepEqual(
    labels.map(Number),
    bins.map(({ count }) => count),
  );
  for (const label of labels) assert.ok(figure.svg().includes(`>${label}</text>`), label);
  const { type, text } = figure.plotly().data[2]!;
  assert.deepEqual([type, text], ['bar', labels]);
  const many = reliabilityFigure(calibrationCurve(scores, classes, { bins: 40 }), 0.07);
  assert.equal(many.below![0]!.traces[0]!.labels, undefined);
});

test('scoreHistogramFigure() has shares of each class, 1 in the last bin; a class without patches is drawn at 0', () => {
  const [others, nodules] = scoreHistogramFigure([0, 0.5, 1, 1], [0, 0, 1, 1], 4).traces;
  assert.deepEqual(others!.y, [50, 50, 0, 0, 50, 50, 0, 0]);
  assert.deepEqual(nodules!.y, [0, 0, 0, 0, 0, 0, 100, 100]);
  assert.deepEqual([others!.name, nodules!.name], ['others (2)', 'nodules (2)']);
  assert.deepEqual(scoreHistogramFigure([0.2], [0], 2).traces[1]!.y, [0, 0, 0, 0]);
});

test('figures of scores are well-formed, and no title, legend or count leaves the picture', () => {
  const million = [{ low: 0, high: 1, count: 1_234_567, meanProbability: 1, positiveShare: 1 }];
  const figures = [
    precisionRecallFigure(points, 0.5, 0.1),
    reliabilityFigure(million, 0.1234),
    reliabilityFigure(calibrationCurve(scores, classes, { strategy: 'quantile' }), 0.1),
    scoreHistogramFigure(scores, classes),
  ];
  for (const { svg } of figures) {
    const texts = runPython<{ text: string; x: number; y: number; anchor: string; size: number }[]>(
      `import json, sys, xml.etree.ElementTree as E
r = E.fromstring(json.load(sys.stdin)); n = '{http://www.w3.org/2000/svg}'
print(json.dumps([dict(text=t.text, x=float(t.get('x')), y=float(t.get('y')), anchor=t.get('text-anchor', 'start'), size=float(t.get('font-size', 12)))
  for t in r.iter(n + 'text') if t.get('x')]))`,
      svg(),
    );
    assert.ok(texts.length > 10);
    for (const { text, x, y, anchor, size } of texts) {
      const width = 0.58 * size * text.length;
      const left = x - width * (anchor === 'start' ? 0 : anchor === 'end' ? 1 : 0.5);
      assert.ok(left >= 0 && left + width <= 760 && y >= size && y <= 510, text);
    }
  }
});

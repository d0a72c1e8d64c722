import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averagePrecision, precisionRecallCurve } from '../../src/scores/precisionRecall.js';
import { BAND_RECALLS, bootstrapPrecisionRecall } from '../../src/scores/precisionRecallBootstrap.js';
import { drawScans, rocBootstrapRandom } from '../../src/scores/rocBootstrap.js';
import { scanIndex } from '../../src/scores/scanIndex.js';
import { runPython } from '../python.js';
import { assertNear, drawnCases, manySets } from './reference.js';

/** Each sample copied out, scored by scikit-learn; the precision at a recall is that of the highest threshold that reaches it. */
const REFERENCE = `import json, sys, numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve
out = []
for q in json.load(sys.stdin):
  s, y, scan = (np.array(q[k]) for k in ('scores', 'classes', 'scans'))
  areas, curves = [], []
  for drawn in q['drawn']:
    rows = np.concatenate([np.flatnonzero(scan == d) for d in drawn])
    if y[rows].sum() == 0: continue
    areas.append(average_precision_score(y[rows], s[rows]))
    p, r, _ = precision_recall_curve(y[rows], s[rows])
    p, r = p[:-1][::-1], r[:-1][::-1]
    curves.append([p[np.flatnonzero(r >= t - 1e-12)[0]] for t in q['recalls']])
  band = np.quantile(np.array(curves), [0.025, 0.975], axis=0)
  out.append(dict(areas=sorted(areas), interval=np.quantile(areas, [0.025, 0.975]).tolist(), band=band.tolist()))
print(json.dumps(out))`;

interface Reference {
  readonly areas: number[];
  readonly interval: number[];
  readonly band: readonly [number[], number[]];
}

test('bootstrapPrecisionRecall() equals samples copied out and scored by scikit-learn: areas, interval and band', () => {
  const recalls = [0.01, 0.1, 0.25, 0.5, 0.75, 0.999, 1];
  const sets = manySets();
  const questions = sets.map(({ scores, classes, scanOf }) => {
    const index = scanIndex(scanOf);
    const random = rocBootstrapRandom(3);
    const drawn = Array.from({ length: 60 }, () => Array.from(drawScans(random, index.scans)));
    return { scores, classes, scans: Array.from(index.scanOf), drawn, recalls };
  });
  const expected = runPython<Reference[]>(REFERENCE, questions);
  for (const [i, { scores, classes, scanOf }] of sets.entries()) {
    const options = { rounds: 60, seed: 3 };
    const found = bootstrapPrecisionRecall(scores, classes, scanIndex(scanOf), options, recalls);
    assertNear(found.areas, expected[i]!.areas, 1e-12, `areas of set ${i}`);
    assertNear(found.interval, expected[i]!.interval, 1e-12, `interval of set ${i}`);
    assertNear(found.band.low, expected[i]!.band[0], 1e-12, `band of set ${i}, low`);
    assertNear(found.band.high, expected[i]!.band[1], 1e-12, `band of set ${i}, high`);
    assert.equal(found.withoutPositives, 60 - found.areas.length);
  }
});

test('bootstrapPrecisionRecall(): the area of all scans lies in its interval', () => {
  const { scores, classes, scanOf } = drawnCases('area', 20, 40, 1e9);
  const { interval, band } = bootstrapPrecisionRecall(scores, classes, scanIndex(scanOf));
  const area = averagePrecision(precisionRecallCurve(scores, classes));
  assert.ok(interval[0] < area && area < interval[1], `${interval} ${area}`);
  assert.equal(band.recall.length, BAND_RECALLS.length);
});

test('bootstrapPrecisionRecall() refuses what cannot be sampled', () => {
  assert.throws(
    () => bootstrapPrecisionRecall([0.5, 0.6], [0, 0], scanIndex(['a', 'b'])),
    /with a positive, received none in 1000/,
  );
  assert.throws(
    () => bootstrapPrecisionRecall([0.5, 0.6], [1, 0], scanIndex(['a'])),
    /one scan a score, received 1 for 2/,
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calibrationCurve } from '../../src/scores/calibration.js';
import { calibrationBand } from '../../src/scores/calibrationBand.js';
import { drawScans, rocBootstrapRandom } from '../../src/scores/rocBootstrap.js';
import { scanIndex } from '../../src/scores/scanIndex.js';
import { runPython } from '../python.js';
import { assertNear, manySets } from './reference.js';

/** Each sample copied out and put into scikit-learn's bins; bins of one class by scipy's beta distribution. */
const REFERENCE = `import json, sys, numpy as np
from scipy.stats import beta
out = []
for q in json.load(sys.stdin):
  s, y, scan = (np.array(q[k]) for k in ('scores', 'classes', 'scans'))
  edges = np.linspace(0.0, 1.0, 11)
  bins = np.searchsorted(edges[1:-1], s)
  ends = []
  for b in range(10):
    own = bins == b
    if not own.any(): continue
    n = len(np.unique(scan[own]))
    if not y[own].any(): ends.append([0, beta.ppf(0.975, 1, n)]); continue
    if y[own].all(): ends.append([beta.ppf(0.025, n, 1), 1]); continue
    shares = []
    for drawn in q['drawn']:
      rows = np.concatenate([np.flatnonzero(own & (scan == d)) for d in drawn])
      if len(rows): shares.append(y[rows].mean())
    ends.append(np.quantile(shares, [0.025, 0.975]).tolist())
  out.append(ends)
print(json.dumps(out))`;

test('calibrationBand() equals samples copied out in scikit-learn’s bins, and scipy where a bin has one class', () => {
  const sets = manySets();
  const questions = sets.map(({ scores, classes, scanOf }) => {
    const index = scanIndex(scanOf);
    const random = rocBootstrapRandom(5);
    const drawn = Array.from({ length: 60 }, () => Array.from(drawScans(random, index.scans)));
    return { scores, classes, scans: Array.from(index.scanOf), drawn };
  });
  const expected = runPython<[number, number][][]>(REFERENCE, questions);
  for (const [i, { scores, classes, scanOf }] of sets.entries()) {
    const bins = calibrationCurve(scores, classes);
    const band = calibrationBand(bins, scores, classes, scanIndex(scanOf), { rounds: 60, seed: 5 });
    const ends = (end: 0 | 1): number[] => expected[i]!.map((each) => each[end]);
    assertNear(
      band.map(({ low }) => low),
      ends(0),
      1e-12,
      `low ends of set ${i}`,
    );
    assertNear(
      band.map(({ high }) => high),
      ends(1),
      1e-12,
      `high ends of set ${i}`,
    );
  }
});

test('calibrationBand() refuses scans that do not fit', () => {
  assert.throws(() => calibrationBand([], [0.5], [1], scanIndex(['a', 'b'])), /one scan a score/);
});

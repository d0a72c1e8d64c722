import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brierScore, calibrationCurve } from '../../src/scores/calibration.js';
import { crossEntropyOf } from '../../src/scores/classification.js';
import { assertNear, manySets, references } from './reference.js';

test("brierScore(), crossEntropyOf() and calibrationCurve() equal scikit-learn's, also where probabilities lie on edges", () => {
  const sets = manySets();
  // Tenths: every one of them is an edge of ten equal bins.
  sets.push({ ...sets[0]!, scores: sets[0]!.scores.map((_, i) => (i % 11) / 10) });
  for (const bins of [1, 5, 10, 17])
    for (const [i, expected] of references(sets, { bins }).entries()) {
      const { scores, classes } = sets[i]!;
      assertNear([brierScore(scores, classes)], [expected.brier], 1e-12, `Brier score of set ${i}`);
      assertNear([crossEntropyOf(scores, classes)], [expected.logLoss], 1e-12, `log loss of set ${i}`);
      for (const strategy of ['uniform', 'quantile'] as const) {
        const curve = calibrationCurve(scores, classes, { bins, strategy });
        const [shares, means] = expected.calibration[strategy];
        const what = `${bins} ${strategy} bins of set ${i}`;
        assertNear(
          curve.map(({ positiveShare }) => positiveShare),
          shares,
          1e-12,
          what,
        );
        assertNear(
          curve.map(({ meanProbability }) => meanProbability),
          means,
          1e-12,
          what,
        );
        assert.equal(
          curve.reduce((sum, { count }) => sum + count, 0),
          scores.length,
          what,
        );
      }
    }
});

test('calibrationCurve() says the ends of each bin that holds cases', () => {
  assert.deepEqual(calibrationCurve([0, 0.5, 1], [0, 0, 1], { bins: 4 }), [
    { low: 0, high: 0.25, count: 1, meanProbability: 0, positiveShare: 0 },
    { low: 0.25, high: 0.5, count: 1, meanProbability: 0.5, positiveShare: 0 },
    { low: 0.75, high: 1, count: 1, meanProbability: 1, positiveShare: 1 },
  ]);
});

test('brierScore() and calibrationCurve() refuse logits, no cases and no bins', () => {
  assert.throws(() => brierScore([2], [1]), /from 0 to 1, received 2 at 0/);
  assert.throws(() => brierScore([], []), /at least one case/);
  for (const bins of [0, 1.5, Number.NaN])
    assert.throws(() => calibrationCurve([0.5], [1], { bins }), /whole number of bins/);
});

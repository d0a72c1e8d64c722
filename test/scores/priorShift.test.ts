import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { brierScore } from '../../src/scores/calibration.js';
import { correctedForShare } from '../../src/scores/priorShift.js';
import { rocArea } from '../../src/scores/roc.js';
import { runPython } from '../python.js';
import { assertNear, drawnCases } from './reference.js';

test('correctedForShare() moves the logit by the difference of the logits of the shares', () => {
  const { scores } = drawnCases('shift', 5, 40, 1e9);
  const inside = scores.filter((p) => p > 0 && p < 1);
  const expected = runPython<number[]>(
    `import json, sys, numpy as np
from scipy.special import expit, logit
print(json.dumps(expit(logit(np.array(json.load(sys.stdin))) + logit(0.0018) - logit(0.5)).tolist()))`,
    inside,
  );
  assertNear(correctedForShare(inside, { training: 0.5, data: 0.0018 }), expected, 1e-12, 'probabilities');
});

test('correctedForShare() leaves 0 and 1, equal shares, and the order; there and back is where it began', () => {
  assert.deepEqual([...correctedForShare([0, 1, 0.5], { training: 0.5, data: 0.1 })], [0, 1, 0.1]);
  assert.deepEqual([...correctedForShare([0.1, 0.3], { training: 0.25, data: 0.25 })], [0.1, 0.3]);
  const { scores, classes } = drawnCases('back', 5, 40, 1e4);
  const there = correctedForShare(scores, { training: 0.5, data: 0.02 });
  assert.equal(rocArea(there, classes).area, rocArea(scores, classes).area);
  assertNear(correctedForShare(there, { training: 0.02, data: 0.5 }), scores, 1e-12, 'back');
});

test('correctedForShare() makes probabilities of a balanced training calibrated for rare nodules', () => {
  const random = createRandom('rare');
  const classes = Array.from({ length: 20_000 }, () => (random.uniform() < 0.05 ? 1 : 0));
  // Two normal densities a distance of 2 apart: the true logit, with equal shares, is 2 x - 2.
  const balanced = classes.map((label) => 1 / (1 + Math.exp(2 - 2 * (2 * label + random.normal()))));
  const corrected = correctedForShare(balanced, { training: 0.5, data: 0.05 });
  const mean = corrected.reduce((sum, p) => sum + p, 0) / classes.length;
  const share = classes.filter((label) => label === 1).length / classes.length;
  assert.ok(Math.abs(mean - share) < 0.003, `${mean} for ${share}`);
  assert.ok(brierScore(corrected, classes) < 0.5 * brierScore(balanced, classes));
});

test('correctedForShare() refuses shares that leave one class, and what are no probabilities', () => {
  assert.throws(
    () => correctedForShare([0.5], { training: 0, data: 0.1 }),
    /positives in training .* received 0/,
  );
  assert.throws(
    () => correctedForShare([0.5], { training: 0.5, data: 1 }),
    /positives in data .* received 1/,
  );
  assert.throws(() => correctedForShare([1.2], { training: 0.5, data: 0.1 }), /received 1.2 at 0/);
});

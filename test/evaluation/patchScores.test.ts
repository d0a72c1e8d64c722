import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patchScores } from '../../src/evaluation/patchScores.js';
import { createRandom } from '../../src/random.js';
import { correctedForShare } from '../../src/scores/priorShift.js';
import { runPython } from '../python.js';

interface Drawn {
  readonly classes: readonly number[];
  readonly probabilities: readonly number[];
  readonly corrected: ArrayLike<number>;
  readonly notrain: readonly number[];
  readonly seriesUids: readonly string[];
  readonly thresholds: readonly number[];
}

/** Scans of ten patches, a third of them nodules; scores are noise about the class. */
function drawn(scans: number, seed: number): Drawn {
  const random = createRandom(seed);
  const rows = Array.from({ length: 10 * scans }, (_, row) => row);
  const classes = rows.map((row) => (row % 3 === 0 ? 1 : 0));
  const probabilities = classes.map((label) => (label + random.between(0, 2)) / 3);
  return {
    classes,
    probabilities,
    corrected: correctedForShare(probabilities, { training: 0.5, data: 0.1 }),
    notrain: rows.map((row) => (row % 7 === 1 ? 2 : 0)),
    seriesUids: rows.map((row) => `scan${row % scans}`),
    thresholds: rows.map(() => 0.5),
  };
}

function scored({ classes, probabilities, notrain, seriesUids, ...others }: Drawn) {
  const findings = classes.map((label, i) => ({
    ...{ seriesUid: seriesUids[i]!, centerWorldMm: [0, 0, 0] as const },
    ...{ class: label, probability: probabilities[i]!, notrain: notrain[i]! },
  }));
  return patchScores({ findings, ...others });
}

test("patchScores() equals scikit-learn's scores of all rows, and of those that training does not leave out", () => {
  const patches = drawn(12, 5);
  const scores = scored(patches);
  const expected = runPython<Record<string, number>>(
    `import json, sys, numpy as np
from sklearn import metrics as m
p, y, n = (np.array(x) for x in json.load(sys.stdin)); called = p >= 0.5; keep = n == 0
odds = p / (1 - p) * (0.1 / 0.9); q = odds / (1 + odds)
print(json.dumps(dict(accuracy=m.accuracy_score(y, p > 0.5), rocAuc=m.roc_auc_score(y, p), prAuc=m.average_precision_score(y, p), brier=m.brier_score_loss(y, p), brierCorrected=m.brier_score_loss(y, q),
  sensitivity=m.recall_score(y, called), specificity=m.recall_score(1 - y, ~called), majority=max(y.mean(), 1 - y.mean()), official=m.roc_auc_score(y[keep], p[keep]))))`,
    [patches.probabilities, patches.classes, patches.notrain],
  );
  const { official, ...others } = expected;
  for (const [name, value] of Object.entries(others))
    assert.ok(Math.abs(Number(scores[name as keyof typeof scores]) - value) < 1e-12, name);
  assert.ok(Math.abs(scores.official.rocAuc! - official!) < 1e-12);
  assert.equal(scores.official.rows + scores.leftOut, scores.rows);
  assert.equal(scores.scans, 12);
  assert.equal(scores.rocAucIntervalMethod, 'bootstrap by scan');
  assert.ok(scores.rocAucInterval![0] < scores.rocAuc && scores.rocAuc < scores.rocAucInterval![1]);
});

test('patchScores() has an honest interval at the limits: perfect scores, one scan, constant scores', () => {
  const patches = drawn(12, 5);
  const perfect = scored({ ...patches, probabilities: patches.classes });
  assert.equal(perfect.rocAuc, 1);
  assert.equal(perfect.rocAucIntervalMethod, 'exact bound');
  assert.ok(
    perfect.rocAucInterval![0] < 0.9 && perfect.rocAucInterval![1] === 1,
    String(perfect.rocAucInterval),
  );
  const seriesUids = patches.classes.map(() => 'one');
  const oneScan = scored({ ...patches, seriesUids });
  assert.equal(oneScan.rocAucIntervalMethod, 'DeLong');
  assert.match(oneScan.rocAucIntervalNote!, /one scan/);
  const perfectOne = scored({ ...patches, seriesUids, probabilities: patches.classes });
  assert.equal(perfectOne.rocAucInterval, null);
  assert.ok(perfectOne.rocAucIntervalNote !== null);
  const constant = scored({ ...patches, probabilities: patches.classes.map(() => 0.3) });
  assert.equal(constant.rocAucInterval, null);
  assert.ok(constant.rocAucIntervalNote !== null);
});

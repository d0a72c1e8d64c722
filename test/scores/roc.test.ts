import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { rocArea, rocCurve } from '../../src/scores/roc.js';
import { runPython } from '../python.js';

function cases(count: number, levels: number): { scores: number[]; classes: number[] } {
  const random = createRandom(`roc ${count}`);
  const classes = Array.from({ length: count }, () => (random.uniform() < 0.3 ? 1 : 0));
  const scores = classes.map((label) => Math.round(levels * (0.3 * label + random.uniform())) / levels);
  return { scores, classes };
}

test("rocCurve() and rocArea() equal scikit-learn's, with ties", () => {
  for (const data of [cases(300, 20), cases(50, 1e6), cases(40, 2)]) {
    const reference = runPython<{ fpr: number[]; tpr: number[]; auc: number }>(
      `import json, sys
from sklearn.metrics import roc_curve, roc_auc_score
d = json.load(sys.stdin)
fpr, tpr, _ = roc_curve(d['classes'], d['scores'], drop_intermediate=False)
print(json.dumps(dict(fpr=list(fpr), tpr=list(tpr), auc=float(roc_auc_score(d['classes'], d['scores'])))))`,
      data,
    );
    const curve = rocCurve(data.scores, data.classes);
    const near = (values: number[], expected: number[]): void => {
      assert.equal(values.length, expected.length);
      for (const [i, value] of values.entries()) assert.ok(Math.abs(value - expected[i]!) < 1e-12);
    };
    near(
      curve.map((point) => point.falsePositiveRate),
      reference.fpr,
    );
    near(
      curve.map((point) => point.truePositiveRate),
      reference.tpr,
    );
    near([rocArea(data.scores, data.classes).area], [reference.auc]);
  }
});

test("rocArea()'s standard error equals DeLong's formula summed over all pairs", () => {
  const { scores, classes } = cases(80, 30);
  const reference = runPython<number>(
    `import json, sys, numpy as np
d = json.load(sys.stdin)
s, c = np.array(d['scores']), np.array(d['classes'])
x, y = s[c == 1], s[c == 0]
psi = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
v10, v01 = psi.mean(1), psi.mean(0)
print(json.dumps(float(np.sqrt(v10.var(ddof=1) / len(x) + v01.var(ddof=1) / len(y)))))`,
    { scores, classes },
  );
  const { standardError, area, interval } = rocArea(scores, classes);
  assert.ok(Math.abs(standardError - reference) < 1e-12);
  assert.ok(Math.abs(interval[0] - (area - 1.959964 * reference)) < 1e-6);
});

test('rocArea() is 1 for a perfect order, 0.5 for one score for all; the interval stays in [0, 1]', () => {
  assert.deepEqual(rocArea([0.9, 0.8, 0.1], [1, 1, 0]).interval, [1, 1]);
  assert.equal(rocArea([1, 1, 1, 1], [1, 0, 1, 0]).area, 0.5);
});

test('rocArea() refuses one class alone, NaN and unequal lengths', () => {
  assert.throws(() => rocArea([0.5, 0.6], [1, 1]), /both classes, received 2 positive and 0 negative/);
  assert.throws(() => rocArea([0.5, Number.NaN], [1, 0]), /NaN at 1/);
  assert.throws(() => rocArea([0.5], [1, 0]), /1 scores and 2 classes/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classBalanceFigure } from '../../src/figures/classBalanceFigure.js';
import { createRandom } from '../../src/random.js';
import { runPython } from '../python.js';

test("classBalanceFigure(): counts and shares are numpy's", () => {
  const random = createRandom('balance');
  const subsets = Array.from({ length: 5000 }, () => random.integer(10));
  const classes = subsets.map((subset) => (random.uniform() < 0.02 * (1 + subset) ? 1 : 0));
  const { positives, rows } = runPython<{ positives: number[]; rows: number[] }>(
    `import json, sys, numpy as np
q = json.load(sys.stdin); s, c = np.array(q['subsets']), np.array(q['classes'])
print(json.dumps(dict(positives=np.bincount(s, c, 10).tolist(), rows=np.bincount(s, minlength=10).tolist())))`,
    { subsets, classes },
  );
  const figure = classBalanceFigure({ classes, subsets });
  const [nodules, others] = figure.traces;
  assert.deepEqual(nodules!.y, positives);
  assert.deepEqual([others!.y, others!.bars!.base], [rows, positives]);
  const shares = figure.below![0]!.traces[0]!.y;
  for (const [at, share] of shares.entries())
    assert.ok(Math.abs(share! - (100 * positives[at]!) / rows[at]!) < 1e-9);
  assert.match(figure.text(), /subset 3: \d+ nodules, \d+ others \(\d/);
});

test('classBalanceFigure() names what lies in no subset, the classes, and the scans', () => {
  const labels = { classes: [1, 0, 0], subsets: [-1, 4, 4], seriesUids: ['a', 'b', 'b'] };
  const figure = classBalanceFigure(labels, ['benign', 'cancer']);
  assert.deepEqual(figure.x.names, ['none', '4']);
  assert.equal(figure.title, '1 cancer among 3 patches: 33.3 %');
  assert.match(figure.text(), /subset 4: 0 cancer, 2 benign \(0\.00 %\), 1 scan/);
});

test('classBalanceFigure() of no row, of one class, and of many subsets can be drawn', () => {
  const many = Array.from({ length: 100 }, (_, i) => i);
  for (const figure of [
    classBalanceFigure({ classes: [], subsets: [] }),
    classBalanceFigure({ classes: [0, 0], subsets: [1, 2] }),
    classBalanceFigure({ classes: many.map(() => 1), subsets: many }),
  ])
    assert.doesNotMatch(figure.svg(), /NaN|undefined/);
});

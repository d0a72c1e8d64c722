import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PercentCounts } from '../../src/gpu/percentCounts.js';
import { createRandom } from '../../src/random.js';
import { runPython } from '../python.js';

test('PercentCounts.quantile() and shareAbove() equal numpy, also of two together and of one value', () => {
  const random = createRandom(5);
  const draw = (count: number) =>
    Array.from({ length: count }, () => Math.round(random.uniform() * 10_000) / 100);
  const [one, two] = [draw(500), draw(37)];
  const counts = [one, two].map((values) => {
    const own = new PercentCounts();
    for (const value of values) own.add(value);
    return own;
  });
  const q = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1];
  const reference = runPython<{ q: number[]; above: number }>(
    `import json, sys, numpy as np
values, q = json.load(sys.stdin)
print(json.dumps(dict(q=np.quantile(values, q).tolist(), above=float((np.array(values) > 90).mean()))))`,
    [[...one, ...two], q],
  );
  const both = PercentCounts.sum(counts);
  for (const [at, each] of q.entries())
    assert.ok(Math.abs(both.quantile(each)! - reference.q[at]!) < 1e-9, `quantile ${each}`);
  assert.ok(Math.abs(both.shareAbove(90)! - reference.above) < 1e-12);
  assert.deepEqual([both.total, counts[0]!.total], [537, 500]);
  const single = new PercentCounts();
  assert.deepEqual([single.quantile(0.5), single.shareAbove(0)], [null, null]);
  single.add(100);
  assert.deepEqual([single.quantile(0), single.quantile(1), single.shareAbove(90)], [100, 100, 1]);
});

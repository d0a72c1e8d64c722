import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { quantile } from '../../src/scores/quantile.js';
import { runPython } from '../python.js';

test("quantile() equals numpy's to the last bit", () => {
  const random = createRandom('quantile');
  const shares = [0, 0.025, 0.3, 0.5, 0.7, 0.975, 1];
  const sets = [1, 2, 3, 10, 101, 1000].map((count) =>
    Array.from({ length: count }, () => random.uniform()).sort(),
  );
  const expected = runPython<number[][]>(
    `import json, sys, numpy as np
d = json.load(sys.stdin)
print(json.dumps([np.quantile(v, d['shares']).tolist() for v in d['sets']]))`,
    { sets, shares },
  );
  assert.deepEqual(
    sets.map((values) => shares.map((share) => quantile(values, share))),
    expected,
  );
  assert.throws(() => quantile([], 0.5), /received none/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { independentPairs, perfectAreaBound } from '../../src/scores/perfectBound.js';
import { rocArea } from '../../src/scores/roc.js';
import { runPython } from '../python.js';
import { assertNear } from './reference.js';

test('independentPairs() lets no scan be in two pairs', () => {
  const pairs = (scans: number, scansWithPositives: number, scansWithNegatives: number): number =>
    independentPairs({ scans, scansWithPositives, scansWithNegatives });
  assert.equal(pairs(30, 30, 30), 15);
  assert.equal(pairs(30, 4, 30), 4);
  assert.equal(pairs(31, 31, 31), 15);
  assert.equal(pairs(10, 5, 5), 5);
  assert.equal(pairs(1, 1, 1), 0);
});

test("perfectAreaBound() equals Clopper and Pearson's lower limit for k of k", () => {
  const counts = [1, 2, 5, 15, 444];
  const expected = runPython<number[]>(
    `import json, sys
from scipy.stats import beta
print(json.dumps([float(beta.ppf(0.025, k, 1)) for k in json.load(sys.stdin)]))`,
    counts,
  );
  assertNear(counts.map(perfectAreaBound), expected, 1e-9, 'bounds');
  assert.throws(() => perfectAreaBound(0), /independent pair/);
});

/** A share of scans fails as a whole: their nodules score below, their others above everything. No worse is possible. */
test('perfectAreaBound() holds where scans fail as a whole, and could not be narrower', () => {
  const scans = 10;
  const bound = perfectAreaBound(
    independentPairs({ scans, scansWithPositives: scans, scansWithNegatives: scans }),
  );
  const failing = 1 - Math.sqrt(bound);
  const random = createRandom('failing scans');
  let perfect = 0;
  for (let round = 0; round < 8000; round++) {
    const scores = Array.from({ length: scans }, () =>
      random.uniform() < failing ? [-1, 2] : [1, 0],
    ).flat();
    if (
      rocArea(
        scores,
        scores.map((_, i) => 1 - (i % 2)),
      ).area === 1
    )
      perfect++;
  }
  // Expected (1 - failing)^10 = 0.025, standard deviation 0.0017.
  assert.ok(Math.abs(perfect / 8000 - 0.025) < 0.006, String(perfect / 8000));
});

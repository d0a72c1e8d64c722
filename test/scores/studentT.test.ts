import assert from 'node:assert/strict';
import { test } from 'node:test';
import { studentT95 } from '../../src/scores/studentT.js';
import { runPython } from '../python.js';
import { assertNear } from './reference.js';

test("studentT95() equals scipy's quantile", () => {
  const degrees = [1, 2, 3, 4, 5, 9, 10, 29, 30, 87, 500, 887, 5000];
  const expected = runPython<number[]>(
    `import json, sys
from scipy.stats import t
print(json.dumps([float(t.ppf(0.975, n)) for n in json.load(sys.stdin)]))`,
    degrees,
  );
  assertNear(degrees.map(studentT95), expected, 1e-10, 'quantiles');
  for (const wrong of [0, -1, 2.5, Number.NaN]) assert.throws(() => studentT95(wrong), /degrees of freedom/);
});

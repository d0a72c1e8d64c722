import assert from 'node:assert/strict';
import { test } from 'node:test';
import { symmetricEigenvalues } from '../../src/detection/symmetricEigenvalues.js';
import { createRandom } from '../../src/random.js';
import { runPython } from '../python.js';

test("symmetricEigenvalues() equal numpy's, also where some are alike", () => {
  const random = createRandom('eigenvalues');
  const drawn = Array.from({ length: 200 }, () => Array.from({ length: 6 }, () => 100 * random.normal()));
  const special = [
    [3, 3, 3, 0, 0, 0],
    [-5, -5, 0, 0, 0, 0],
    [1, 2, 3, 0, 0, 0],
    [0, 0, 0, 1, 1, 1],
    [0, 0, 0, 0, 0, 0],
  ];
  const all = [...drawn, ...special];
  const expected = runPython<number[][]>(
    `import json, sys, numpy as np
print(json.dumps([np.linalg.eigvalsh([[a, d, e], [d, b, f], [e, f, c]]).tolist() for a, b, c, d, e, f in json.load(sys.stdin)]))`,
    all,
  );
  for (const [i, [xx, yy, zz, xy, xz, yz]] of all.entries()) {
    const own = symmetricEigenvalues({ xx: xx!, yy: yy!, zz: zz!, xy: xy!, xz: xz!, yz: yz! });
    for (const [k, value] of own.entries())
      assert.ok(Math.abs(value - expected[i]![k]!) < 1e-6 * (1 + Math.abs(value)), `${i}`);
  }
});

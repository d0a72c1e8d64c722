import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enlarged } from '../../src/evaluation/enlarged.js';
import { createRandom } from '../../src/random.js';
import { runPython } from '../python.js';

test("enlarged() is scipy's trilinear interpolation on a grid with zeros around it", () => {
  const random = createRandom('map');
  const [from, to] = [[3, 2, 4] as const, [13, 16, 9] as const];
  const places = { first: [1.5, 7, 0], step: [4, 8, 2.25] } as const;
  const map = Float32Array.from({ length: 24 }, () => random.uniform());
  const expected = runPython<number[]>(
    `import json, sys, numpy as np
from scipy.interpolate import RegularGridInterpolator
values, shape, first, step, to = json.load(sys.stdin)
padded = np.pad(np.array(values).reshape(shape), 1)
axes = [f + s * np.arange(-1, n + 1) for f, s, n in zip(first, step, shape)]
at = np.stack(np.meshgrid(*[np.arange(n) for n in to], indexing='ij'), -1)
print(json.dumps(RegularGridInterpolator(axes, padded, bounds_error=False, fill_value=0)(at).ravel().tolist()))`,
    [[...map], from, places.first, places.step, to],
  );
  const values = enlarged(map, from, places, to);
  assert.equal(values.length, expected.length);
  for (const [i, value] of values.entries()) assert.ok(Math.abs(value - expected[i]!) < 1e-6, `${i}`);
});

test('enlarged() of a map of one value along an axis is even along it', () => {
  const places = { first: [7, 0, 0], step: [16, 1, 1] } as const;
  const values = enlarged(Float32Array.of(2, 4), [1, 1, 2], places, [3, 1, 2]);
  assert.deepEqual([...values], [2, 4, 2, 4, 2, 4]);
});

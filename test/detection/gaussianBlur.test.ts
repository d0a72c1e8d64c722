import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blur } from '../../src/detection/gaussianBlur.js';
import { createRandom } from '../../src/random.js';
import { runPython } from '../python.js';

test("blur() equals scipy's gaussian_filter, with a constant outside", () => {
  const size = [13, 9, 11] as const;
  const random = createRandom('blur');
  const data = Float32Array.from({ length: 13 * 9 * 11 }, () => random.between(-1000, 300));
  for (const sigma of [0.9, 1.38]) {
    const into = new Float32Array(data.length);
    blur({ data, size }, into, new Float32Array(data.length), sigma, -850);
    const expected = runPython<number[]>(
      `import json, sys, math, numpy as np
from scipy.ndimage import gaussian_filter
d = json.load(sys.stdin)
a = np.array(d['data']).reshape(11, 9, 13)
print(json.dumps(gaussian_filter(a, d['sigma'], mode='constant', cval=-850, radius=math.ceil(3 * d['sigma'])).ravel().tolist()))`,
      { data: Array.from(data), sigma },
    );
    const difference = Math.max(...expected.map((value, i) => Math.abs(value - into[i]!)));
    assert.ok(difference < 1e-3, `${difference}`);
  }
});

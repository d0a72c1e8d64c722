import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roundHalfEven, storedHu } from '../../../src/volumes/voxels/storedHu.js';
import { runPython } from '../../python.js';

test("roundHalfEven() equals numpy's rint", () => {
  const values = [0.5, 1.5, 2.5, -0.5, -1.5, 0.49999999999999994, 1e14 + 0.5, -7.2, 3];
  assert.deepEqual(
    values.map((value) => roundHalfEven(value) + 0),
    runPython<number[]>(
      `import json, sys, numpy as np
print(json.dumps([float(v) + 0.0 for v in np.rint(json.load(sys.stdin))]))`,
      values,
    ),
  );
});

test('storedHu() clamps to int16', () => {
  assert.deepEqual([40000, -40000, 12.5, 32767.4].map(storedHu), [32767, -32768, 12, 32767]);
});

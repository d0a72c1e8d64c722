import assert from 'node:assert/strict';
import { test } from 'node:test';
import { halfFloats } from '../../src/widgets/halfFloat.js';
import { runPython } from '../python.js';

test('halfFloats() has the bits of numpy for each value of an int16', () => {
  const bits = runPython<number[]>(
    `import json, numpy as np
print(json.dumps(np.arange(65536).astype(np.uint16).view(np.int16).astype(np.float16).view(np.uint16).tolist()))`,
  );
  assert.deepEqual(Array.from(halfFloats()), bits);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError } from '../../src/errors.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import {
  assignVariable,
  createVariable,
  freeVariable,
  readVariable,
} from '../../src/tensorflow/variables.js';

const engine = openEngine();

test('variables keep what was assigned, also two of the same name', () => {
  const a = createVariable(engine, 'same', [2], Float32Array.of(1, 2));
  const b = createVariable(engine, 'same', [2], Float32Array.of(3, 4));
  assignVariable(engine, a, Float32Array.of(5, 6));
  assert.deepEqual(
    [readVariable(engine, a), readVariable(engine, b)],
    [Float32Array.of(5, 6), Float32Array.of(3, 4)],
  );
  for (const variable of [a, b]) freeVariable(engine, variable);
});

test('assignVariable() refuses another number of values; a freed variable is gone', () => {
  const variable = createVariable(engine, 'w', [2, 2], new Float32Array(4));
  assert.throws(
    () => assignVariable(engine, variable, new Float32Array(3)),
    /w: expected 4 values \(\[2, 2\]\), received 3/,
  );
  freeVariable(engine, variable);
  assert.throws(() => readVariable(engine, variable), EngineError);
});

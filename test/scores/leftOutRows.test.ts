import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsByUse, valuesAt } from '../../src/scores/leftOutRows.js';

test('rowsByUse() parts rows, in order; anything but 0 is left out', () => {
  const { official, leftOut } = rowsByUse(Uint8Array.of(0, 1, 0, 2, 255));
  assert.deepEqual(
    [[...official], [...leftOut]],
    [
      [0, 2],
      [1, 3, 4],
    ],
  );
  assert.deepEqual([...rowsByUse([]).official], []);
  assert.throws(() => rowsByUse([0, Number.NaN]), /number in notrain, received NaN at 1/);
});

test('valuesAt() takes values of any kind, and refuses places that are none', () => {
  assert.deepEqual(valuesAt(['a', 'b', 'c'], Uint32Array.of(2, 0)), ['c', 'a']);
  assert.deepEqual(valuesAt(Float32Array.of(0.5, 0.25), [1]), [0.25]);
  assert.throws(() => valuesAt([1, 2], [2]), /place from 0 to 1, received 2/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { select } from '../../src/scores/select.js';

test('select() is the sorted value at each index, with many equal values, in order, and in a part', () => {
  const random = createRandom('select');
  const lists = [
    Float64Array.from({ length: 101 }, () => random.normal()),
    Float64Array.from({ length: 101 }, () => random.integer(3)),
    Float64Array.from({ length: 101 }, (_, i) => i),
    Float64Array.from({ length: 101 }, (_, i) => -i),
    new Float64Array(101).fill(2),
  ];
  for (const list of lists) {
    const sorted = list.toSorted();
    for (let index = 0; index < list.length; index++)
      assert.equal(select(Float64Array.from(list), index), sorted[index]);
    const part = list.slice(10, 60).sort();
    const values = Float64Array.from(list);
    assert.equal(select(values, 30, 10, 59), part[20]);
    assert.deepEqual(values.subarray(60), list.subarray(60));
  }
});

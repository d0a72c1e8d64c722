import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanIndex } from '../../src/scores/scanIndex.js';

test('scanIndex() numbers scans by their sorted names, whatever the order of the rows', () => {
  const { scans, scanOf } = scanIndex(['b', 'c', 'a', 'b']);
  assert.equal(scans, 3);
  assert.deepEqual([...scanOf], [1, 2, 0, 1]);
  assert.deepEqual([...scanIndex([7, 7]).scanOf], [0, 0]);
  assert.equal(scanIndex([]).scans, 0);
});

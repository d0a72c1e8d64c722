import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hardCandidates, hardestOf } from '../../src/feed/hardNegatives.js';

const negatives = Uint32Array.from({ length: 50 }, (_, i) => 7 * i);

test('hardestOf() keeps the highest probabilities, hardest first, lower rows of equal ones, at least one', () => {
  const rows = Uint32Array.from([4, 8, 15, 16, 23]);
  const probabilities = [0.1, 0.9, 0.5, 0.9, 0.2];
  assert.deepEqual(hardestOf(rows, probabilities, 0.6, 3), {
    epoch: 3,
    rows: [8, 16, 15],
    probabilities: [0.9, 0.9, 0.5],
  });
  assert.deepEqual(hardestOf(rows, probabilities, 0.01, 3).rows, [8]);
});

test('hardCandidates() are a seeded subset, another each epoch, ascending; 0 means all', () => {
  const drawn = hardCandidates(negatives, 20, 1, 1);
  assert.equal(new Set(drawn).size, 20);
  assert.ok(drawn.every((row) => negatives.includes(row)));
  assert.deepEqual(drawn, drawn.slice().sort());
  assert.deepEqual(hardCandidates(negatives, 20, 1, 1), drawn);
  assert.notDeepEqual(hardCandidates(negatives, 20, 1, 2), drawn);
  for (const count of [0, 50, 99]) assert.deepEqual(hardCandidates(negatives, count, 1, 1), negatives);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../src/random.js';
import { cutsByTime, promisingCuts } from '../../../src/training/step/stageCuts.js';

test('cutsByTime() finds the cuts whose slowest stage is fastest: as good as trying all', () => {
  const random = createRandom('cuts');
  for (let trial = 0; trial < 50; trial++) {
    const times = Array.from({ length: 8 }, () => random.between(0.1, 10));
    const pieces = times.map((_, i) => `p${i}`);
    for (const stages of [2, 3, 4]) {
      const cuts = cutsByTime(pieces, times, stages).map((piece) => pieces.indexOf(piece));
      assert.equal(cuts.length, stages - 1);
      const best = Math.min(...choices(8, stages - 1).map((choice) => slowest(times, choice)));
      assert.ok(Math.abs(slowest(times, cuts) - best) < 1e-9);
    }
  }
  assert.deepEqual(cutsByTime(['a', 'b', 'c'], [1, 1, 5], 1), []);
  assert.throws(() => cutsByTime(['a'], [1], 2), /at most 1 stages/);
});

test('promisingCuts(): the best cuts, then up to two of their neighbours that are not much slower', () => {
  const pieces = ['a', 'b', 'c', 'd', 'e', 'f'];
  assert.deepEqual(promisingCuts(pieces, [6, 6, 6, 2, 6, 5], 2), [['d'], ['c'], ['e']]);
  assert.deepEqual(promisingCuts(pieces, [1, 1, 9, 9, 1, 1], 2), [['d']]);
  assert.deepEqual(promisingCuts(pieces, [1, 5, 5, 5, 5, 1], 3), [
    ['c', 'e'],
    ['d', 'e'],
    ['c', 'd'],
  ]);
  assert.deepEqual(promisingCuts(['a', 'b'], [1, 1], 2), [['b']]);
  assert.throws(() => promisingCuts(['a'], [1], 2), /at most 1 stages/);
});

function slowest(times: readonly number[], cuts: readonly number[]): number {
  const borders = [0, ...cuts, times.length];
  return Math.max(
    ...borders.slice(1).map((to, i) => times.slice(borders[i], to).reduce((sum, time) => sum + time, 0)),
  );
}

function choices(n: number, count: number, from = 1): number[][] {
  if (count === 0) return [[]];
  return Array.from({ length: n - from }, (_, i) => from + i).flatMap((first) =>
    choices(n, count - 1, first + 1).map((rest) => [first, ...rest]),
  );
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addNoise } from '../../../src/feed/augment/noise.js';
import { createRandom } from '../../../src/random.js';
import { runPython } from '../../python.js';

test('addNoise() is normal: mean, deviation, and the distance from the distribution function (scipy)', () => {
  const count = 200_000;
  const into = new Int16Array(count + 2);
  addNoise(into, 1, count, { deviationHu: 1000, random: createRandom(3).state() });
  assert.deepEqual([into[0], into[count + 1]], [0, 0]);
  const [mean, deviation, distance] = runPython<[number, number, number]>(
    `import json, sys, numpy as np
from scipy import stats
a = np.array(json.load(sys.stdin)) / 1000
print(json.dumps([a.mean(), a.std(), stats.kstest(a, 'norm').statistic]))`,
    [...into.subarray(1, count + 1)],
  );
  assert.ok(
    Math.abs(mean) < 0.01 && Math.abs(deviation - 1) < 0.01 && distance < 0.005,
    `${mean} ${deviation} ${distance}`,
  );
});

test('addNoise() is the same for the same state, another for another, and clamps', () => {
  const noisy = (seed: number): Int16Array => {
    const into = new Int16Array(500).fill(32760);
    addNoise(into, 0, 500, { deviationHu: 30, random: createRandom(seed).state() });
    return into;
  };
  assert.deepEqual(noisy(1), noisy(1));
  assert.notDeepEqual(noisy(1), noisy(2));
  assert.ok(noisy(1).every((hu) => hu > 32000));
});

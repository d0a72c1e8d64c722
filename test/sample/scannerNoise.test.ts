import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { noiseSource } from '../../src/sample/scannerNoise.js';

const [NX, NY, SLICES] = [64, 64, 16];

function noise(side: number, seed = 1): Float32Array {
  const next = noiseSource(NX, NY, side, createRandom(seed));
  const all = new Float32Array(NX * NY * SLICES);
  for (let k = 0; k < SLICES; k++) all.set(next(), k * NX * NY);
  return all;
}

function covariance(data: Float32Array, step: number): number {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  let total = 0;
  for (let i = 0; i < data.length - step; i++) total += (data[i]! - mean) * (data[i + step]! - mean);
  return total / (data.length - step);
}

test('noiseSource() has standard deviation 1 and mean zero, for every kernel', () => {
  for (const side of [-0.15, 0, 0.3, 0.6]) {
    const data = noise(side);
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    assert.ok(Math.abs(mean) < 0.05, String(mean));
    assert.ok(Math.abs(Math.sqrt(covariance(data, 0)) - 1) < 0.04, String(Math.sqrt(covariance(data, 0))));
  }
});

test('noiseSource() is correlated between neighbours in x, y and z by its kernel, and not far apart', () => {
  // [s 1 s] * [s 1 s] has 2 s / (1 + 2 s^2) of its variance at distance 1; slices share 0.9 * 0.4359.
  for (const side of [-0.15, 0.3, 0.6]) {
    const data = noise(side);
    for (const step of [1, NX])
      assert.ok(
        Math.abs(covariance(data, step) - (2 * side) / (1 + 2 * side * side)) < 0.05,
        `${side} ${step}`,
      );
    assert.ok(Math.abs(covariance(data, NX * NY) - 0.392) < 0.04);
    assert.ok(Math.abs(covariance(data, 9)) < 0.05);
  }
});

test('noiseSource() repeats for the same seed', () => {
  assert.deepEqual(noise(0.3), noise(0.3));
  assert.notDeepEqual(noise(0.3, 2), noise(0.3));
});

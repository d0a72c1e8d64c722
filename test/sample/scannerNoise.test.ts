import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { createCanvas } from '../../src/sample/canvas.js';
import { addScannerNoise } from '../../src/sample/scannerNoise.js';

const SIZE = [64, 64, 16] as const;

function noisy(sdHu: number, smooth: boolean, valueHu = 0, seed = 1): Int16Array {
  const canvas = createCanvas(
    { size: SIZE, spacingMm: [0.7, 0.7, 1], originMm: [0, 0, -100], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
    [0, 0, 0],
    1,
  );
  canvas.data.fill(valueHu);
  addScannerNoise(canvas, { sdHu, smooth, shoulderGain: 0.4 }, createRandom(seed));
  return canvas.data;
}

function covariance(data: Int16Array, step: number): number {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  let total = 0;
  for (let i = 0; i < data.length - step; i++) total += (data[i]! - mean) * (data[i + step]! - mean);
  return total / (data.length - step);
}

test('addScannerNoise() has the asked standard deviation and mean zero, for both kernels', () => {
  for (const smooth of [true, false]) {
    const data = noisy(30, smooth);
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    assert.ok(Math.abs(mean) < 1.5, String(mean));
    assert.ok(
      Math.abs(Math.sqrt(covariance(data, 0)) / 30 - 1) < 0.04,
      String(Math.sqrt(covariance(data, 0))),
    );
  }
});

test('addScannerNoise() is correlated between neighbours in x, y and z, more so with the smooth kernel, and not far apart', () => {
  const [smooth, sharp] = [noisy(30, true), noisy(30, false)];
  const correlation = (data: Int16Array, step: number): number =>
    covariance(data, step) / covariance(data, 0);
  for (const step of [1, SIZE[0], SIZE[0] * SIZE[1]]) assert.ok(correlation(smooth, step) > 0.25);
  assert.ok(correlation(smooth, 1) > correlation(sharp, 1) + 0.05);
  assert.ok(Math.abs(correlation(smooth, 9)) < 0.05);
});

test('addScannerNoise() stays within what a CT file holds, and repeats for the same seed', () => {
  const air = noisy(60, true, -1000);
  assert.equal(
    air.reduce((low, value) => Math.min(low, value), 0),
    -1024,
  );
  assert.equal(
    noisy(60, true, 3070).reduce((high, value) => Math.max(high, value), 0),
    3071,
  );
  assert.deepEqual(noisy(60, true, -1000), air);
  assert.notDeepEqual(noisy(60, true, -1000, 2), air);
});

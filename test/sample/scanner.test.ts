import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { createCanvas } from '../../src/sample/canvas.js';
import { scan } from '../../src/sample/scanner.js';

const KERNEL = { name: 'medium', blurMm: 1, overshoot: 0, noiseSide: 0.3 } as const;
const STREAKS = { shouldersHu: 0, metal: undefined };

function scanned(change: Partial<Parameters<typeof scan>[2]>, fill: (at: number) => number): Int16Array {
  const geometry = {
    size: [48, 48, 6],
    spacingMm: [0.7, 0.7, 1],
    originMm: [0, 0, -6],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  } as const;
  const canvas = createCanvas(geometry, [0, 0, 0], 1);
  for (let at = 0; at < canvas.data.length; at++) canvas.data[at] = fill(at);
  const acquisition = { kernel: KERNEL, noise: { sdHu: 0, shoulderGain: 0 }, streaks: STREAKS, ...change };
  scan(canvas, 100, acquisition, createRandom(1));
  return canvas.data;
}

test('scan() adds noise of the asked standard deviation', () => {
  const data = scanned({ noise: { sdHu: 40, shoulderGain: 0 } }, () => 0);
  const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
  assert.ok(Math.abs(Math.sqrt(variance) / 40 - 1) < 0.05, String(Math.sqrt(variance)));
});

test('scan() with a sharp kernel overshoots at an edge and leaves even parts', () => {
  const edge = (at: number): number => (at % 48 < 24 ? -800 : 0);
  const data = scanned({ kernel: { ...KERNEL, overshoot: 0.15 } }, edge);
  const row = data.subarray(48 * 20, 48 * 21);
  assert.deepEqual([row[10], row[23], row[24], row[40]], [-800, -920, 120, 0]);
  assert.deepEqual(
    [...scanned({}, edge).subarray(48 * 20, 48 * 21)],
    Array.from({ length: 48 }, (_, i) => edge(i)),
  );
});

test('scan() stays within what a CT file holds', () => {
  const noise = { sdHu: 60, shoulderGain: 0 };
  assert.equal(Math.min(...scanned({ noise }, () => -1000)), -1024);
  assert.equal(Math.max(...scanned({ noise }, () => 3070)), 3071);
});

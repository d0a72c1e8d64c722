import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCanvas } from '../../src/sample/canvas.js';
import { moveSlices } from '../../src/sample/motionStep.js';

test('moveSlices() moves the upper slices by the nearest whole voxels in world axes, also where axes are flipped', () => {
  for (const sign of [1, -1] as const) {
    const canvas = createCanvas(
      {
        size: [9, 8, 4],
        spacingMm: [1, 1, 2],
        originMm: [0, 0, 0],
        direction: [sign, 0, 0, 0, sign, 0, 0, 0, 1],
      },
      [0, 0, 0],
      1,
    );
    const at = (i: number, j: number, k: number): number => i + 9 * (j + 8 * k);
    for (const k of [1, 2]) canvas.data[at(4, 4, k)] = 500;
    moveSlices(canvas, { fromZ: 3, shiftMm: [2.2, -0.9, 0] });
    assert.equal(canvas.data[at(4, 4, 1)], 500, 'below the step');
    assert.equal(canvas.data[at(4 + 2 * sign, 4 - sign, 2)], 500, 'above it');
    assert.equal(canvas.data.filter((value) => value === 500).length, 2);
  }
});

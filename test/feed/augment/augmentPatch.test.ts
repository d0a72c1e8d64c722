import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAugment, SYMMETRIES } from '../../../src/config/augmentPlan.js';
import {
  applyAugmentation,
  augmentPatch,
  drawAugmentation,
  undoAugmentation,
} from '../../../src/feed/augment/augmentPatch.js';
import { applySymmetry, drawSymmetry } from '../../../src/feed/augment/symmetry.js';
import { createRandom } from '../../../src/random.js';

const shape = { dim: 16, slices: 16 };
const all = parseAugment(
  'flips, rotations90, shift:2, shiftFine:0.5, scale:0.9-1.1, rotate:15, intensityShift:20, intensityScale:0.9-1.1, gamma:0.8-1.25, noise:10',
);

function ramp(): Int16Array {
  return Int16Array.from({ length: 16 ** 3 }, (_, i) => (i % 1300) - 950);
}

test('augmentPatch() by default is the draw and the bytes of applySymmetry(drawSymmetry()), as before there was a list', () => {
  for (let seed = 0; seed < 20; seed++) {
    const [patch, expected] = [ramp(), ramp()];
    augmentPatch(SYMMETRIES, patch, 0, shape, createRandom(`16/augment/3/${seed}`));
    applySymmetry(expected, 0, shape, drawSymmetry(createRandom(`16/augment/3/${seed}`)));
    assert.deepEqual(patch, expected);
  }
});

test('augmentPatch() depends on plan, voxels and seed alone, also after a structured clone; none leaves the patch', () => {
  const changed = (seed: number): Int16Array => {
    const patch = ramp();
    augmentPatch(structuredClone(all), patch, 0, shape, createRandom(seed));
    return patch;
  };
  assert.deepEqual(changed(1), changed(1));
  assert.notDeepEqual(changed(1), changed(2));
  const patch = ramp();
  augmentPatch({}, patch, 0, shape, createRandom(1));
  assert.deepEqual(patch, ramp());
});

test('drawAugmentation() gives plain data; one operation more leaves the draws of the others', () => {
  const { noise: _, ...without } = all;
  const { noise, ...drawn } = drawAugmentation(all, shape, createRandom(6));
  assert.deepEqual(drawAugmentation(without, shape, createRandom(6)), drawn);
  assert.deepEqual(structuredClone(drawn), drawn);
  assert.equal(noise?.deviationHu, 10);
  assert.equal(drawn.shift, undefined, 'part of the affine map');
  assert.deepEqual(Object.keys(drawAugmentation({ shift: 1 }, shape, createRandom(6))), ['shift']);
});

test('undoAugmentation() undoes symmetries and shifts exactly where voxels stayed, intensities within 2 HU', () => {
  const plan = parseAugment('flips, rotations90, shift:2, intensityShift:20, intensityScale:0.95-1.05');
  for (let seed = 0; seed < 16; seed++) {
    const patch = ramp();
    const drawn = drawAugmentation(plan, shape, createRandom(seed));
    applyAugmentation(drawn, patch, 0, shape);
    undoAugmentation(drawn, patch, 0, shape);
    const original = ramp();
    for (let z = 2; z < 14; z++)
      for (let y = 2; y < 14; y++)
        for (let x = 2; x < 14; x++) {
          const i = (z * 16 + y) * 16 + x;
          assert.ok(Math.abs(patch[i]! - original[i]!) <= 2, `seed ${seed}: ${patch[i]} ${original[i]}`);
        }
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { createChestShape } from '../../src/sample/chestShape.js';
import { bumpDistance, placeFindings } from '../../src/sample/findings.js';
import { growLungTrees } from '../../src/sample/lungTrees.js';
import { addScaled, distance, dot } from '../../src/sample/points.js';

const chest = createChestShape(createRandom(4));
const trees = growLungTrees(chest, createRandom('trees'));
const sets = [1, 2, 3, 4, 5, 6].map((seed) => placeFindings(chest, trees, createRandom(seed)));

test('placeFindings() has 8 to 12 nodules of 3.25 to 30 mm a scan, micronodules below 3 mm, bumps and scars', () => {
  for (const { nodules, micronodules, bumps, scars } of sets) {
    assert.ok(nodules.length >= 8 && nodules.length <= 12);
    for (const { diameterMm } of nodules) assert.ok(diameterMm >= 3.25 && diameterMm <= 30);
    for (const { diameterMm } of micronodules) assert.ok(diameterMm < 3);
    assert.ok(micronodules.length >= 2 && bumps.length >= 10 && scars.length >= 4);
  }
  const sites = new Set(sets.flatMap(({ nodules }) => nodules.map(({ site }) => site)));
  assert.deepEqual([...sites].sort(), ['free', 'vessel', 'wall']);
});

test('placeFindings() keeps bumps and scars more than 16 mm from every nodule', () => {
  for (const { nodules, bumps, scars } of sets)
    for (const nodule of nodules)
      for (const other of [...bumps, ...scars]) assert.ok(distance(nodule.center, other.center) > 16);
});

test('bumpDistance() is flat: lower than wide, and its axes stand at right angles', () => {
  for (const bump of sets.flatMap(({ bumps }) => bumps)) {
    const [inward, along, across] = bump.axes;
    for (const product of [dot(inward, along), dot(along, across), dot(inward, across)])
      assert.ok(Math.abs(product) < 1e-9);
    assert.ok(bump.halfMm[0] < bump.halfMm[1] && bump.halfMm[0] < bump.halfMm[2]);
    const inside = bumpDistance(bump);
    assert.ok(inside(...addScaled(bump.center, inward, 0.99 * bump.halfMm[0])) < 0);
    assert.ok(inside(...addScaled(bump.center, inward, 1.01 * bump.halfMm[0])) > 0);
    assert.ok(inside(...addScaled(bump.center, along, 0.99 * bump.halfMm[1])) < 0);
  }
});

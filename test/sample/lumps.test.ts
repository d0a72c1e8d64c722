import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { axesAlong, drawLobes, type Lump, lumpDistance, lumpReachMm } from '../../src/sample/lumps.js';
import { addScaled, randomDirection } from '../../src/sample/points.js';
import { dot, scale } from '../../src/volumes/voxels/vectors.js';

const random = createRandom('lumps');
function lump(halfMm: Lump['halfMm'], lobes: Lump['lobes'] = []): Lump {
  const axes = axesAlong(randomDirection(random), random);
  return { center: [3, -4, 5], axes, halfMm, lobes, valueHu: 30, edgeMm: 1 };
}

test('lumpDistance() of a ball is the distance to its surface', () => {
  const ball = lump([5, 5, 5]);
  for (const away of [0.5, 3, 5, 8]) {
    const p = addScaled(ball.center, randomDirection(random), away);
    assert.ok(Math.abs(lumpDistance(ball)(...p) - (away - 5)) < 1e-9);
  }
});

test('lumpDistance() of an ellipsoid is zero at the end of each axis and near the true distance beside it', () => {
  const flat = lump([1.5, 4, 8]);
  for (const axis of [0, 1, 2] as const)
    for (const [beyond, tolerance] of [
      [0, 1e-9],
      [0.4, 0.12],
      [-0.4, 0.12],
    ] as const) {
      const p = addScaled(flat.center, flat.axes[axis], flat.halfMm[axis] + beyond);
      assert.ok(Math.abs(lumpDistance(flat)(...p) - beyond) < tolerance, `axis ${axis}, ${beyond}`);
    }
});

test('lumpReachMm() holds all of a lump with bulges', () => {
  for (let draw = 0; draw < 20; draw++) {
    const uneven = lump([4, 5, 6], drawLobes(3, 0.15, random));
    const inside = lumpDistance(uneven);
    for (let ray = 0; ray < 50; ray++)
      assert.ok(inside(...addScaled(uneven.center, randomDirection(random), lumpReachMm(uneven))) > 0);
  }
});

test('axesAlong() stand at right angles, the first as given', () => {
  const first = randomDirection(random);
  const axes = axesAlong(first, random);
  assert.deepEqual(axes[0], first);
  for (const [i, a] of axes.entries())
    for (const [j, b] of axes.entries()) assert.ok(Math.abs(dot(a, b) - (i === j ? 1 : 0)) < 1e-9);
  assert.notDeepEqual(axesAlong(first, random)[1], axes[1]);
  assert.deepEqual(axesAlong(scale(first, -1), random)[0], scale(first, -1));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directionLetters } from '../../src/figures/slices/planeAxes.js';
import { createRandom } from '../../src/random.js';
import { add, cross, dot, scale } from '../../src/volumes/voxels/vectors.js';
import type { Vector3 } from '../../src/volumes/voxels/volume.js';
import {
  type Camera,
  deeper,
  forwardOf,
  moved,
  nearer,
  projected,
  turned,
  unprojected,
  VIEWS,
  wholeVolume,
} from '../../src/widgets/volumeCamera.js';
import { runPython } from '../python.js';
import { randomGeometry } from '../volumes/randomGeometry.js';

const size = { width: 800, height: 500 };
const near = (a: readonly number[], b: readonly number[], allowed = 1e-9): void => {
  for (const [axis, value] of a.entries()) assert.ok(Math.abs(value - b[axis]!) < allowed, `${a} and ${b}`);
};
const grid = { ...randomGeometry(createRandom('camera')), originMm: [10, -20, 30] as const };

test('each view looks from where its letter says, the picture never mirrored', () => {
  for (const [letter, view] of Object.entries(VIEWS)) {
    assert.equal(directionLetters(scale(forwardOf(view), -1)), letter);
    near(cross(view.right, view.up), scale(forwardOf(view), -1));
  }
  // As radiologists look: the patient's left at the right from the front and from the feet, the head up, the front up.
  assert.deepEqual(
    ['A', 'I', 'L'].map((letter) =>
      [VIEWS[letter]!.right, VIEWS[letter]!.up].map(directionLetters).join(' '),
    ),
    ['L S', 'L A', 'P S'],
  );
});

test('turned() moves the near side with the pointer, as a rotation of scipy', () => {
  const camera = wholeVolume(grid);
  const front = add(camera.centerMm, scale(forwardOf(camera), -40));
  const middle = projected(grid, camera, size, front);
  const right = projected(grid, turned(camera, 0.1, 0), size, front);
  const down = projected(grid, turned(camera, 0, 0.1), size, front);
  assert.ok(right.x > middle.x + 1 && Math.abs(right.y - middle.y) < 1e-9);
  assert.ok(down.y > middle.y + 1 && Math.abs(down.x - middle.x) < 1e-9);
  let now: Camera = { ...camera, ...VIEWS.L! };
  for (let i = 0; i < 50; i++) now = turned(now, 0.21, -0.13, 0.07);
  const scipy = runPython<{ right: Vector3; up: Vector3 }>(`
import json, numpy as np
from scipy.spatial.transform import Rotation as R
r, u = np.array([0., 1, 0]), np.array([0., 0, 1])
for _ in range(50):
    axes = [(u.copy(), -0.21), (r.copy(), 0.13), (np.cross(u, r), -0.07)]
    for axis, angle in axes:
        turn = R.from_rotvec(angle * axis / np.linalg.norm(axis))
        r, u = turn.apply(r), turn.apply(u)
print(json.dumps(dict(right=r.tolist(), up=u.tolist())))`);
  near(now.right, scipy.right, 1e-6);
  near(now.up, scipy.up, 1e-6);
  near([dot(now.right, now.up), Math.hypot(...now.right), Math.hypot(...now.up)], [0, 1, 1]);
});

test('a place is seen where unprojected() finds it; nearer() leaves it there, moved() takes it along', () => {
  const camera = turned({ ...wholeVolume(grid), zoom: 1.7 }, 0.4, 0.3, 0.2);
  const place = unprojected(grid, camera, size, 612, 95);
  const seen = projected(grid, camera, size, place);
  near([seen.x, seen.y, seen.depthMm], [612, 95, 0]);
  const closer = projected(grid, nearer(grid, camera, size, 2.5, [612, 95]), size, place);
  near([closer.x, closer.y], [612, 95]);
  const beside = projected(grid, moved(grid, camera, size, 30, -12), size, place);
  near([beside.x, beside.y], [642, 83]);
  assert.ok(Math.abs(projected(grid, deeper(camera, 7), size, place).depthMm + 7) < 1e-9);
  assert.equal(nearer(grid, camera, size, 1e9, [0, 0]).zoom, 32);
});

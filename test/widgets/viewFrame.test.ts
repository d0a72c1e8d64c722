import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pixelAlong, planeAxes, seenFromHead } from '../../src/figures/slices/planeAxes.js';
import { createRandom } from '../../src/random.js';
import type { Vector3 } from '../../src/volumes/voxels/volume.js';
import { following, panned, placeInBox, wholeFrame, zoomed } from '../../src/widgets/viewFrame.js';
import { randomGeometry } from '../volumes/randomGeometry.js';

const random = createRandom('view frame');
/** Where a voxel lies in a plane's box, CSS pixels. */
function pointOf(
  scan: ReturnType<typeof randomGeometry>,
  frame: ReturnType<typeof wholeFrame>,
  plane: ReturnType<typeof planeAxes>,
  box: { width: number; height: number; perMm: number },
  voxel: Vector3,
): [number, number] {
  const { left, top, perMm } = placeInBox(scan, frame, plane, box);
  const along = (axis: typeof plane.right): number =>
    (pixelAlong(axis, scan.size, voxel[axis.axis]) + 0.5) * scan.spacingMm[axis.axis] * perMm;
  return [left + along(plane.right), top + along(plane.down)];
}

const cases = Array.from({ length: 40 }, (_, i) => {
  const scan = { ...randomGeometry(random), size: [40, 50, 60] as const };
  const plain = planeAxes(scan, (['axial', 'coronal', 'sagittal'] as const)[i % 3]!);
  const plane = i % 2 === 0 ? plain : seenFromHead(plain);
  const perMm = 0.5 + random.integer(1000) / 1000;
  const [width, height] = [plane.right, plane.down].map(
    ({ axis }) => scan.size[axis] * scan.spacingMm[axis] * perMm,
  ) as [number, number];
  return { scan, plane, box: { width, height, perMm } };
});

test('the whole slice fills its box, and lies in the middle of a larger one', () => {
  for (const { scan, plane, box } of cases) {
    const { left, top } = placeInBox(scan, wholeFrame(scan), plane, box);
    assert.ok(Math.abs(left) < 1e-6 && Math.abs(top) < 1e-6);
    const wider = placeInBox(scan, wholeFrame(scan), plane, { ...box, width: box.width + 60 });
    assert.ok(Math.abs(wider.left - 30) < 1e-6);
  }
});

test('zooming keeps the voxel where it is seen, and the picture fills its box', () => {
  for (const { scan, plane, box } of cases) {
    const middle: Vector3 = [20.3, 24.1, 31.7];
    const before = pointOf(scan, wholeFrame(scan), plane, box, middle);
    const frame = zoomed(scan, wholeFrame(scan), middle, 3);
    const after = pointOf(scan, frame, plane, box, middle);
    for (const at of [0, 1]) assert.ok(Math.abs(before[at]! - after[at]!) < 1e-6, `${before} ${after}`);
    // Towards a corner the edge stays at the edge.
    const corner = zoomed(scan, wholeFrame(scan), [0, 0, 0], 5);
    const { left, top, perMm } = placeInBox(scan, corner, plane, box);
    assert.ok(left <= 1e-6 && top <= 1e-6);
    const right = left + scan.size[plane.right.axis] * scan.spacingMm[plane.right.axis] * perMm;
    assert.ok(right >= box.width - 1e-6);
    assert.deepEqual(zoomed(scan, frame, middle, 0), wholeFrame(scan));
  }
});

test('what is moved by so many pixels is seen so many pixels further on, as far as the slice goes', () => {
  for (const { scan, plane, box } of cases) {
    const voxel: Vector3 = [19, 24, 30];
    const frame = zoomed(scan, wholeFrame(scan), voxel, 4);
    const before = pointOf(scan, frame, plane, box, voxel);
    const after = pointOf(scan, panned(scan, frame, plane, box, [7, -5]), plane, box, voxel);
    assert.ok(Math.abs(after[0] - before[0] - 7) < 1e-6 && Math.abs(after[1] - before[1] + 5) < 1e-6);
    const far = placeInBox(scan, panned(scan, frame, plane, box, [1e6, 1e6]), plane, box);
    assert.ok(Math.abs(far.left) < 1e-6 && Math.abs(far.top) < 1e-6, 'its edge is the last that is seen');
  }
});

test('a crosshair that leaves what is seen takes the picture with it, in every plane; else nothing moves', () => {
  for (const { scan, box } of cases) {
    const views = (['axial', 'coronal', 'sagittal'] as const).map((name) => ({
      plane: planeAxes(scan, name),
      box,
    }));
    const frame = zoomed(scan, wholeFrame(scan), [20, 25, 30], 6);
    assert.deepEqual(following(scan, frame, [20, 25, 30], views), frame);
    const corner: Vector3 = [1, 48, 2];
    const moved = following(scan, frame, corner, views);
    for (const { plane } of views) {
      const [x, y] = pointOf(scan, moved, plane, box, corner);
      assert.ok(x >= 0 && x <= box.width && y >= 0 && y <= box.height, `${x} ${y}`);
    }
    assert.deepEqual(following(scan, wholeFrame(scan), corner, views), wholeFrame(scan));
  }
});

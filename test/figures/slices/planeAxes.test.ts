import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  directionLetters,
  PLANE_NAMES,
  pixelAlong,
  planeAxes,
  planeLetters,
} from '../../../src/figures/slices/planeAxes.js';
import { slicePlane, sliceValues } from '../../../src/figures/slices/slicePlane.js';
import { createRandom } from '../../../src/random.js';
import { voxelToWorld } from '../../../src/volumes/voxels/geometry.js';
import type { Geometry, Matrix3, Vector3, Volume } from '../../../src/volumes/voxels/volume.js';
import { runPython } from '../../python.js';
import { randomGeometry } from '../../volumes/randomGeometry.js';

const identity: Matrix3 = [1, 0, 0, 0, 1, 0, 0, 0, 1];

test('planeLetters() are those of the reading room for a scan without turns', () => {
  const lettersOf = (name: (typeof PLANE_NAMES)[number]): string => {
    const { left, right, top, bottom } = planeLetters(
      { direction: identity },
      planeAxes({ direction: identity }, name),
    );
    return left + right + top + bottom;
  };
  assert.deepEqual(PLANE_NAMES.map(lettersOf), ['RLAP', 'RLSI', 'APSI']);
});

test('directionLetters() names the strongest side first, and others only beyond 17 degrees', () => {
  assert.equal(directionLetters([0, -1, 0]), 'A');
  assert.equal(directionLetters([0.97, -0.2, 0]), 'L');
  assert.equal(directionLetters([-0.6, 0.8, 0]), 'PR');
  assert.equal(directionLetters([1, 1, -1.1]), 'ILP');
});

test('planeAxes() shows each voxel axis once, for any turn, also one of 45 degrees', () => {
  const h = Math.SQRT1_2;
  const random = createRandom('plane axes');
  const directions = Array.from({ length: 500 }, () => randomGeometry(random).direction);
  for (const direction of [[h, -h, 0, h, h, 0, 0, 0, 1] as const, ...directions])
    for (const name of PLANE_NAMES) {
      const { right, down, through } = planeAxes({ direction }, name);
      assert.deepEqual([right.axis, down.axis, through.axis].sort(), [0, 1, 2], String(direction));
    }
});

test('planes, letters and pixel places agree with SimpleITK: DICOMOrient and the world positions of voxels', () => {
  for (const [i, geometry] of geometries().entries()) {
    const volume = numbered(geometry);
    const reference = runPython<Reference>(PROGRAM, { ...geometry, data: Array.from(volume.data) });
    for (const name of PLANE_NAMES) {
      const axes = planeAxes(geometry, name);
      const { right, down, through } = axes;
      const middle = Math.floor(geometry.size[through.axis] / 2);
      const expected = reference.planes[name]!;
      const level = through.sign > 0 ? middle : geometry.size[through.axis] - 1 - middle;
      const said = `geometry ${i}, ${name}`;
      assert.deepEqual(Array.from(sliceValues(volume, axes, level)), expected.values[middle], said);
      const { widthMm, heightMm } = slicePlane(volume, name, volume.originMm, { low: 0, high: 1 });
      assert.ok(Math.abs(widthMm / heightMm - expected.aspect) < 1e-9, said);
      // The world position of a pixel, by way of its voxel.
      const voxel: [number, number, number] = [0, 0, 0];
      voxel[right.axis] = pixelAlong(right, geometry.size, 2);
      voxel[down.axis] = pixelAlong(down, geometry.size, 1);
      voxel[through.axis] = level;
      const world = voxelToWorld(geometry, voxel);
      for (const axis of [0, 1, 2] as const)
        assert.ok(Math.abs(world[axis] - expected.worldOfPixel21[axis]!) < 1e-6, `${said}: ${world}`);
      const { left, top } = planeLetters(geometry, axes);
      assert.equal(left[0], expected.left, said);
      assert.equal(top[0], expected.top, said);
    }
  }
});

interface Reference {
  readonly planes: Readonly<
    Record<
      string,
      {
        /** Slice (towards left, back or head) -> its pixels. */
        readonly values: readonly (readonly number[])[];
        readonly aspect: number;
        readonly worldOfPixel21: readonly number[];
        readonly left: string;
        readonly top: string;
      }
    >
  >;
}

/** Flipped, exchanged and slightly turned axes with three different spacings. */
function geometries(): Geometry[] {
  const [c, s] = [Math.cos(0.2), Math.sin(0.2)];
  const directions: Matrix3[] = [
    identity,
    [-1, 0, 0, 0, -1, 0, 0, 0, 1],
    [1, 0, 0, 0, 1, 0, 0, 0, -1],
    [0, 0, 1, 1, 0, 0, 0, 1, 0],
    [0, 0, -1, -1, 0, 0, 0, 1, 0],
    [c, -s, 0, s, c, 0, 0, 0, 1],
    [-c, 0, s, 0, -1, 0, s, 0, c],
  ];
  return directions.map((direction) => ({
    size: [5, 6, 7] as Vector3,
    spacingMm: [0.7, 1.1, 2.5] as Vector3,
    originMm: [-120.5, 33, 410] as Vector3,
    direction,
  }));
}

/** Every voxel has its own value. */
function numbered(geometry: Geometry): Volume {
  const [width, height, depth] = geometry.size;
  return { ...geometry, data: Int16Array.from({ length: width * height * depth }, (_, i) => i - 100) };
}

const PROGRAM = `
import json, sys
import numpy as np, SimpleITK as sitk
q = json.load(sys.stdin)
x, y, z = q['size']
image = sitk.GetImageFromArray(np.array(q['data'], np.int16).reshape(z, y, x))
image.SetSpacing(q['spacingMm']); image.SetOrigin(q['originMm']); image.SetDirection(q['direction'])
lps = sitk.DICOMOrient(image, 'LPS')
a = sitk.GetArrayFromImage(lps)
sx, sy, sz = lps.GetSpacing()
n = lps.GetSize()
code = sitk.DICOMOrientImageFilter.GetOrientationFromDirectionCosines(lps.GetDirection())
assert code == 'LPS', code
at = lambda i, j, k: list(lps.TransformContinuousIndexToPhysicalPoint([float(v) for v in (i, j, k)]))
flat = lambda slices: [s.ravel().tolist() for s in slices]
print(json.dumps({'planes': {
  'axial': dict(values=flat(a), aspect=n[0] * sx / (n[1] * sy), worldOfPixel21=at(2, 1, n[2] // 2), left='R', top='A'),
  'coronal': dict(values=flat(np.flip(a, 0).transpose(1, 0, 2)), aspect=n[0] * sx / (n[2] * sz),
                  worldOfPixel21=at(2, n[1] // 2, n[2] - 2), left='R', top='S'),
  'sagittal': dict(values=flat(np.flip(a, 0).transpose(2, 0, 1)), aspect=n[1] * sy / (n[2] * sz),
                   worldOfPixel21=at(n[0] // 2, 2, n[2] - 2), left='A', top='S'),
}}))
`;

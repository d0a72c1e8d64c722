import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../src/random.js';
import {
  invert,
  isInvertible,
  multiply,
  voxelToWorld,
  worldToVoxel,
} from '../../../src/volumes/voxels/geometry.js';
import type { Geometry, Matrix3, Vector3 } from '../../../src/volumes/voxels/volume.js';
import { runPython } from '../../python.js';
import { randomGeometry } from '../randomGeometry.js';

const turned: Matrix3 = [0.8, -0.6, 0, 0.6, 0.8, 0, 0, 0, 1];
const geometries: Geometry[] = [
  {
    size: [10, 11, 12],
    spacingMm: [0.7, 0.8, 2.5],
    originMm: [-195.2, 12.5, -410],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  },
  {
    size: [10, 11, 12],
    spacingMm: [0.7, 0.7, 1.25],
    originMm: [171, 150.5, -310],
    direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
  },
  { size: [10, 11, 12], spacingMm: [0.5, 0.9, 3], originMm: [1, 2, 3], direction: turned },
];

test('worldToVoxel() and voxelToWorld() equal SimpleITK for flipped, rotated and anisotropic grids', () => {
  const points: Vector3[] = [
    [0, 0, 0],
    [-31.25, 88.5, -300.75],
    [170.2, -4, 12],
  ];
  const expected = runPython<{ index: Vector3; world: Vector3 }[][]>(
    `
import json, sys, SimpleITK as sitk
asked = json.load(sys.stdin)
answers = []
for g in asked["geometries"]:
    image = sitk.Image([int(n) for n in g["size"]], sitk.sitkInt16)
    image.SetSpacing(g["spacingMm"]); image.SetOrigin(g["originMm"]); image.SetDirection(g["direction"])
    answers.append([{"index": image.TransformPhysicalPointToContinuousIndex(p),
                     "world": image.TransformContinuousIndexToPhysicalPoint(p)} for p in asked["points"]])
print(json.dumps(answers))
`,
    { geometries, points },
  );
  for (const [g, geometry] of geometries.entries())
    for (const [p, point] of points.entries()) {
      closeTo(worldToVoxel(geometry, point), expected[g]![p]!.index);
      closeTo(voxelToWorld(geometry, point), expected[g]![p]!.world);
    }
});

test('invert() gives the inverse, and refuses a singular matrix by name', () => {
  const m: Matrix3 = [2, 1, 0, -1, 3, 0.5, 0, 0.25, 1];
  const v: Vector3 = [1, -2, 3];
  closeTo(multiply(invert(m), multiply(m, v)), v);
  assert.throws(
    () => invert([1, 0, 0, 2, 0, 0, 0, 0, 1]),
    /Expected an invertible direction matrix, received \[1,0,0,2/,
  );
});

test('worldToVoxel() undoes voxelToWorld() to 1e-9 of the coordinates, for 2,000 random geometries', () => {
  const random = createRandom('geometries');
  for (let i = 0; i < 2000; i++) {
    const geometry = randomGeometry(random);
    const world: Vector3 = [
      random.between(-500, 500),
      random.between(-500, 500),
      random.between(-2000, 2000),
    ];
    const back = voxelToWorld(geometry, worldToVoxel(geometry, world));
    const scale = Math.max(...world.map(Math.abs), ...geometry.originMm.map(Math.abs));
    for (const axis of [0, 1, 2] as const)
      assert.ok(Math.abs(back[axis] - world[axis]) <= 1e-9 * scale, `${JSON.stringify(geometry)} ${world}`);
    assert.ok(isInvertible(geometry.direction));
  }
});

test('isInvertible() takes turned, sheared and scaled axes, and refuses such that lie in a plane', () => {
  for (const m of [
    turned,
    [0, 0, -1, 1, 0, 0, 0, 1, 0],
    [1, 0.3, 0, 0, 0.954, 0, 0, 0, 1],
    [2, 0, 0, 0, 1e-3, 0, 0, 0, 1],
  ])
    assert.ok(isInvertible(m as unknown as Matrix3), String(m));
  for (const m of [
    [1, 1, 0, 0, 0, 0, 0, 0, 1],
    [1, 1, 0, 1, 1 + 1e-9, 0, 0, 0, 1],
    [0, 0, 0, 0, 0, 0, 0, 0, 0],
    [Number.NaN, 0, 0, 0, 1, 0, 0, 0, 1],
  ])
    assert.equal(isInvertible(m as unknown as Matrix3), false, String(m));
});

function closeTo(actual: Vector3, expected: Vector3): void {
  for (const axis of [0, 1, 2] as const)
    assert.ok(Math.abs(actual[axis] - expected[axis]) < 1e-9, `${actual} != ${expected}`);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureComponents } from '../../src/candidates/measureComponents.js';
import { createRandom } from '../../src/random.js';
import type { Geometry, Matrix3, Vector3 } from '../../src/volumes/voxels/volume.js';
import { runPython } from '../python.js';

/** Balls and ellipsoids, some of which touch at corners alone, and specks. */
function blobs(seed: string, size: Vector3): Uint8Array {
  const random = createRandom(seed);
  const mask = new Uint8Array(size[0] * size[1] * size[2]);
  for (let n = 0; n < 8; n++) {
    const center = size.map((count) => random.uniform() * count);
    const radii = size.map(() => 0.6 + 4 * random.uniform());
    for (let at = 0; at < mask.length; at++) {
      const index = [at % size[0], Math.floor(at / size[0]) % size[1], Math.floor(at / (size[0] * size[1]))];
      if (Math.hypot(...index.map((i, k) => (i - center[k]!) / radii[k]!)) <= 1) mask[at] = 1;
    }
  }
  for (let n = 0; n < 9; n++) mask[random.integer(mask.length)] = 1;
  return mask;
}

/** Turned about z, then about x. */
function turned(a: number, b: number): Matrix3 {
  const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
  return [ca, -sa, 0, cb * sa, cb * ca, -sb, sb * sa, sb * ca, cb];
}

const REFERENCE = `import json, sys, numpy as np, SimpleITK as sitk
def measure(case):
    image = sitk.GetImageFromArray(np.array(case['mask'], np.uint8).reshape(case['size'][::-1]))
    image.SetSpacing(case['spacingMm']); image.SetOrigin(case['originMm']); image.SetDirection(case['direction'])
    parts = sitk.ConnectedComponent(image, True)
    shape = sitk.LabelShapeStatisticsImageFilter(); shape.Execute(parts)
    def in_plane(label):
        largest = 0
        for z in range(parts.GetDepth()):
            plane = sitk.LabelShapeStatisticsImageFilter(); plane.ComputeFeretDiameterOn()
            slice_ = sitk.GetImageFromArray((sitk.GetArrayFromImage(parts)[z] == label).astype(np.uint8))
            slice_.SetSpacing(case['spacingMm'][:2]); plane.Execute(slice_)
            if plane.HasLabel(1): largest = max(largest, plane.GetFeretDiameter(1))
        return largest
    return [dict(voxels=shape.GetNumberOfPixels(l), centerWorldMm=shape.GetCentroid(l),
                 diameterMm=2 * shape.GetEquivalentSphericalRadius(l), inPlaneMm=in_plane(l)) for l in shape.GetLabels()]
print(json.dumps([measure(case) for case in json.load(sys.stdin)]))`;

test("measureComponents() has SimpleITK's parts, centres, ball diameters and Feret diameters, oblique and anisotropic", () => {
  const size: Vector3 = [31, 26, 17];
  const geometries: readonly Geometry[] = [
    { size, spacingMm: [0.7, 0.7, 2.5], originMm: [-120.5, 33, -300], direction: turned(0, 0) },
    { size, spacingMm: [0.6, 0.9, 1.3], originMm: [10, -20, 400.25], direction: turned(0.4, -0.7) },
    { size, spacingMm: [1, 1, 1], originMm: [0, 0, 0], direction: [-1, 0, 0, 0, 1, 0, 0, 0, -1] },
  ];
  const cases = geometries.flatMap((geometry) =>
    ['a', 'b', 'c'].map((seed) => ({ ...geometry, mask: blobs(seed, size) })),
  );
  const expected = runPython<ReturnType<typeof measureComponents>[]>(
    REFERENCE,
    cases.map((one) => ({ ...one, mask: Array.from(one.mask) })),
  );
  let parts = 0;
  for (const [i, { mask, ...geometry }] of cases.entries()) {
    const found = measureComponents(mask, geometry);
    assert.equal(found.length, expected[i]!.length);
    // SimpleITK orders by its own rule.
    for (const part of found) {
      const same = expected[i]!.filter(
        ({ centerWorldMm }) =>
          Math.hypot(...centerWorldMm.map((mm, k) => mm - part.centerWorldMm[k]!)) < 1e-6,
      );
      assert.equal(same.length, 1, JSON.stringify(part));
      assert.equal(part.voxels, same[0]!.voxels);
      assert.ok(Math.abs(part.diameterMm - same[0]!.diameterMm) < 1e-6);
      assert.ok(
        Math.abs(part.inPlaneMm - same[0]!.inPlaneMm) < 1e-6,
        `${part.inPlaneMm} ${same[0]!.inPlaneMm}`,
      );
      parts++;
    }
  }
  assert.ok(parts > 60, `${parts} parts`);
});

test('measureComponents() takes the volume and the lengths of axes that are not at right angles', () => {
  const direction: Matrix3 = [1, 0.6, 0, 0, 0.8, 0, 0, 0, 1];
  const geometry: Geometry = { size: [2, 2, 1], spacingMm: [1, 1, 1], originMm: [0, 0, 0], direction };
  const [part] = measureComponents(new Uint8Array([1, 1, 1, 1]), geometry);
  assert.ok(Math.abs(part!.diameterMm - Math.cbrt((6 * 4 * 0.8) / Math.PI)) < 1e-12);
  assert.ok(Math.abs(part!.inPlaneMm - Math.hypot(1.6, 0.8)) < 1e-12);
});

test('measureComponents() of an empty mask is none', () => {
  const geometry: Geometry = {
    ...{ size: [2, 2, 1], spacingMm: [1, 1, 1], originMm: [0, 0, 0] },
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  assert.deepEqual(measureComponents(new Uint8Array(4), geometry), []);
});

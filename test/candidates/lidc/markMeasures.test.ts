import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LidcMark } from '../../../src/candidates/lidc/lidcReading.js';
import { centroidVoxel, diameterMm, nearestVoxels } from '../../../src/candidates/lidc/markMeasures.js';
import { createRandom } from '../../../src/random.js';
import { REFERENCES, readingOf } from './lidcReference.js';

test("centroidVoxel() and diameterMm() are pylidc's centroid and diameter", () => {
  let compared = 0;
  for (const reference of REFERENCES) {
    const { originZMm, spacingMm } = reference;
    const sliceOf = (zMm: number): number => Math.round((zMm - originZMm) / spacingMm[2]);
    const nodules = readingOf(reference).marks.filter(({ kind }) => kind === 'nodule');
    for (const [i, mark] of nodules.entries()) {
      const expected = reference.annotations[i]!;
      const centroid = centroidVoxel(mark, sliceOf);
      for (const axis of [0, 1, 2])
        assert.ok(Math.abs(centroid[axis]! - expected.centroidVoxel[axis]!) < 1e-9, reference.file);
      assert.ok(Math.abs(diameterMm(mark, [spacingMm[0], spacingMm[1]]) - expected.diameterMm) < 1e-9);
      compared++;
    }
  }
  assert.equal(compared, 43);
});

test('diameterMm() takes the spacing of each axis, and knows none of single points', () => {
  const mark = (points: [number, number][]): LidcMark => ({
    kind: 'nodule',
    reader: 1,
    contours: [{ zMm: 0, pointsVoxel: points }],
  });
  assert.equal(
    diameterMm(
      mark([
        [0, 0],
        [3, 0],
        [3, 2],
      ]),
      [1, 2],
    ),
    5,
  );
  assert.equal(diameterMm(mark([[4, 4]]), [1, 1]), -1);
});

test('nearestVoxels() is the smallest distance of any two points, where it is at most the one asked for', () => {
  const random = createRandom('nearest');
  const mark = (x: number): LidcMark => ({
    kind: 'nodule',
    reader: 1,
    contours: [0, 2.5, 5].map((zMm) => ({
      zMm,
      pointsVoxel: Array.from({ length: 12 }, () => [x + random.integer(9), random.integer(9)] as const),
    })),
  });
  const sliceOf = (zMm: number): number => zMm / 2.5;
  const all = (one: LidcMark): number[][] =>
    one.contours.flatMap(({ zMm, pointsVoxel }) => pointsVoxel.map(([x, y]) => [x, y, sliceOf(zMm)]));
  let near = 0;
  for (let i = 0; i < 200; i++) {
    const [a, b] = [mark(0), mark(random.integer(16))];
    const least = Math.min(
      ...all(a).flatMap((p) => all(b).map((q) => Math.hypot(...p.map((value, k) => value - q[k]!)))),
    );
    assert.equal(nearestVoxels(a, b, sliceOf, 3), least <= 3 ? least : Number.POSITIVE_INFINITY);
    near += least <= 3 ? 1 : 0;
  }
  assert.ok(near > 40 && near < 190, `${near} near pairs`);
});

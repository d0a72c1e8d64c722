import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lidcFindings } from '../../../src/candidates/lidc/lidcFindings.js';
import { InputError } from '../../../src/errors.js';
import { voxelToWorld } from '../../../src/volumes/voxels/geometry.js';
import { REFERENCES, readingOf, scanOf } from './lidcReference.js';

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

test("lidcFindings() puts the mean of pylidc's centroids and diameters into the world, for each cluster of enough readers", () => {
  for (const reference of REFERENCES)
    for (const fewest of [1, 2, 3, 4]) {
      const scan = scanOf(reference);
      const { nodules, excluded } = lidcFindings(readingOf(reference), scan, fewest);
      const clusters = reference.clusters
        .map((cluster) => cluster.map((i) => reference.annotations[i]!))
        .filter((marks) => new Set(marks.map(({ reader }) => reader)).size >= fewest);
      const expected = clusters
        .map((marks) => ({
          center: voxelToWorld(scan.geometry, [
            mean(marks.map(({ centroidVoxel }) => centroidVoxel[0])),
            mean(marks.map(({ centroidVoxel }) => centroidVoxel[1])),
            mean(marks.map(({ centroidVoxel }) => centroidVoxel[2])),
          ]),
          diameterMm: mean(marks.map(({ diameterMm }) => diameterMm)),
        }))
        .sort((a, b) => a.center[2] - b.center[2]);
      assert.equal(nodules.length, expected.length, `${reference.file}, ${fewest} readers`);
      for (const [i, { center, diameterMm }] of expected.entries()) {
        const apart = Math.hypot(...nodules[i]!.centerWorldMm.map((mm, k) => mm - center[k]!));
        assert.ok(apart < 1e-6, `${reference.file}: ${apart} mm apart`);
        assert.ok(Math.abs(nodules[i]!.diameterMm - diameterMm) < 1e-9);
      }
      const kept = clusters.reduce((sum, { length }) => sum + length, 0);
      assert.equal(
        excluded.filter(({ kind }) => kind === 'nodule').length,
        reference.annotations.length - kept,
      );
    }
});

test('lidcFindings() says readers and malignancy; small nodules and what is no nodule have no size', () => {
  const { nodules, excluded } = lidcFindings(readingOf(REFERENCES[0]!), scanOf(REFERENCES[0]!), 3);
  assert.deepEqual(
    nodules.map(({ readers, malignancies, malignancy }) => ({ readers, malignancies, malignancy })),
    [
      { readers: [1, 2, 3, 4], malignancies: [2, 2, 4, 4], malignancy: 3 },
      { readers: [1, 2, 4], malignancies: [5, 4, 2], malignancy: 4 },
    ],
  );
  assert.equal(excluded.length, 8);
  for (const { kind, diameterMm } of excluded) assert.equal(diameterMm === -1, kind !== 'nodule');
});

test('lidcFindings() counts readers, not marks', () => {
  const reading = readingOf(REFERENCES[0]!);
  const one = { ...reading, marks: reading.marks.map((mark) => ({ ...mark, reader: 2 })) };
  assert.equal(lidcFindings(one, scanOf(REFERENCES[0]!), 2).nodules.length, 0);
  assert.deepEqual(lidcFindings(one, scanOf(REFERENCES[0]!), 1).nodules[0]!.readers, [2]);
});

test('lidcFindings() takes scans whose slices run downwards and whose axes are turned about z', () => {
  const reference = REFERENCES[0]!;
  const { geometry, sliceThicknessMm } = scanOf(reference);
  const turned = {
    ...geometry,
    direction: [-1, 0, 0, 0, 1, 0, 0, 0, -1] as const,
    originMm: [80, 33.25, geometry.originMm[2] + (geometry.size[2] - 1) * geometry.spacingMm[2]] as const,
  };
  const plain = lidcFindings(readingOf(reference), scanOf(reference), 3).nodules;
  const found = lidcFindings(readingOf(reference), { geometry: turned, sliceThicknessMm }, 3).nodules;
  assert.equal(found.length, plain.length);
  for (const [
    i,
    {
      centerWorldMm: [x, y, z],
      diameterMm,
    },
  ] of found.entries()) {
    const expected = plain[i]!;
    assert.ok(Math.abs(80 - x - (expected.centerWorldMm[0] + 45.5)) < 1e-9);
    assert.ok(Math.abs(y - expected.centerWorldMm[1]) < 1e-9);
    assert.ok(Math.abs(z - expected.centerWorldMm[2]) < 1e-6);
    assert.equal(diameterMm, expected.diameterMm);
  }
});

test('lidcFindings() refuses a scan in which outlines lie in no slice, and one that is not axial', () => {
  const reading = readingOf(REFERENCES[0]!);
  const scan = scanOf(REFERENCES[0]!);
  const with_ = (change: object) => ({ ...scan, geometry: { ...scan.geometry, ...change } });
  const refused = (change: object, message: RegExp): void =>
    assert.throws(
      () => lidcFindings(reading, with_(change), 3),
      (error) => error instanceof InputError && message.test(error.message),
    );
  refused({ size: [128, 128, 20] }, /some slices of the scan are missing/);
  refused({ originMm: [0, 0, -210.1] }, /it lies between two slices/);
  refused({ direction: [1, 0, 0, 0, 0, 1, 0, -1, 0] }, /axial/);
});

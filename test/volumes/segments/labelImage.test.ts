import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { createRandom } from '../../../src/random.js';
import { labelsOf } from '../../../src/volumes/segments/labelImage.js';
import { voxelToWorld } from '../../../src/volumes/voxels/geometry.js';
import type { Volume, VoxelArray } from '../../../src/volumes/voxels/volume.js';

function image(data: VoxelArray): Volume {
  return {
    ...{ size: [6, 5, 4], spacingMm: [0.7, 0.8, 2.5], originMm: [-10, 20, 30], data },
    direction: [0, -1, 0, 1, 0, 0, 0, 0, 1],
  };
}

test('labelsOf() gives each label the part of the grid that holds it, with every voxel at its place', () => {
  const random = createRandom('labels');
  const volume = image(
    Float32Array.from({ length: 120 }, () => (random.uniform() < 0.2 ? [2, 7, 300][random.integer(3)]! : 0)),
  );
  const places = (label: number): string[] =>
    Array.from(volume.data).flatMap((value, at) =>
      value === label
        ? [voxelToWorld(volume, [at % 6, Math.floor(at / 6) % 5, Math.floor(at / 30)]).join()]
        : [],
    );
  const rounded = (texts: readonly string[]): string[] =>
    texts
      .map((text) =>
        text
          .split(',')
          .map((mm) => Number(mm).toFixed(6))
          .join(),
      )
      .sort();
  const labels = [...labelsOf(volume, 'a.nrrd')];
  assert.deepEqual(
    labels.map(({ label }) => label),
    [2, 7, 300],
  );
  for (const { label, geometry, mask } of labels) {
    const [width, height] = geometry.size;
    const set = Array.from(mask).flatMap((value, at) =>
      value === 1
        ? [
            voxelToWorld(geometry, [
              at % width,
              Math.floor(at / width) % height,
              Math.floor(at / (width * height)),
            ]).join(),
          ]
        : [],
    );
    assert.deepEqual(rounded(set), rounded(places(label)));
  }
});

test('labelsOf() of an empty image is none; a scan is refused', () => {
  assert.deepEqual([...labelsOf(image(new Uint8Array(120)), 'a.nrrd')], []);
  const refused = (data: VoxelArray, message: RegExp): void =>
    assert.throws(
      () => [...labelsOf({ ...image(data), size: [data.length, 1, 1] }, 'a.nrrd')],
      (error) => error instanceof InputError && message.test(error.message),
    );
  refused(Int16Array.of(0, 1, -3), /received a voxel of -3; give the segmentation, not the scan/);
  refused(Float32Array.of(0, 0.5), /received a voxel of 0.5/);
  refused(Float32Array.of(0, Number.NaN), /received a voxel of NaN/);
  refused(
    Uint16Array.from({ length: 1200 }, (_, i) => i),
    /at most 1000 of them\), received more/,
  );
});

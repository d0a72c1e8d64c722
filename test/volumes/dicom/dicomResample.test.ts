import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createRandom } from '../../../src/random.js';
import { readGeometry, readVolume } from '../../../src/volumes/readVolume.js';
import { voxelToWorld, worldToVoxel } from '../../../src/volumes/voxels/geometry.js';
import type { Geometry, Vector3, Volume } from '../../../src/volumes/voxels/volume.js';
import { series, type Tags, writeSlices } from '../dicomFixture.js';

const root = mkdtempSync(join(tmpdir(), 'voxlab-dicom-resample-'));
after(() => rmSync(root, { recursive: true, force: true }));

const SIZE = [9, 7] as const;
const SPACING = [0.75, 0.5] as const;
/** Hundredths of HU, so that whole numbers hold them. */
const valueAt = ([x, y, z]: Vector3): number => 40 * x - 30 * y + 20 * z + 100;

interface Slice {
  readonly positionMm: Vector3;
  readonly geometry: Geometry;
}

/** Slices of a volume whose values are linear in x, y and z, at positions given along and beside their normal. */
function writeLinear(name: string, x: Vector3, y: Vector3, places: readonly Vector3[]): [string, Slice[]] {
  const n: Vector3 = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]];
  const slices = places.map(([a, b, c]): Slice => {
    const positionMm = [0, 1, 2].map((i) => 10 * i + a * x[i]! + b * y[i]! + c * n[i]!) as unknown as Vector3;
    const geometry: Geometry = {
      size: [...SIZE, 1],
      spacingMm: [...SPACING, 1],
      originMm: positionMm,
      direction: [x[0], y[0], n[0], x[1], y[1], n[1], x[2], y[2], n[2]],
    };
    return { positionMm, geometry };
  });
  const tags = (i: number): Tags => {
    const { positionMm, geometry } = slices[i]!;
    const voxels = Buffer.alloc(2 * SIZE[0] * SIZE[1]);
    for (let v = 0; v < SIZE[0] * SIZE[1]; v++) {
      const world = voxelToWorld(geometry, [v % SIZE[0], Math.floor(v / SIZE[0]), 0]);
      voxels.writeInt16LE(Math.round(valueAt(world)), 2 * v);
    }
    return {
      '0020,0032': positionMm.join('\\'),
      '0020,0037': [...x, ...y].join('\\'),
      '0028,0010': SIZE[1],
      '0028,0011': SIZE[0],
      '0028,0030': `${SPACING[1]}\\${SPACING[0]}`,
      '0028,1052': '0',
      '0028,1053': '0.01',
      '7FE0,0010': voxels,
    };
  };
  return [writeSlices(join(root, name), series(places.length, tags)), slices];
}

const reaches = ({ geometry }: Slice, worldMm: Vector3): boolean => {
  const [x, y] = worldToVoxel(geometry, worldMm);
  return x > -1e-6 && x < SIZE[0] - 1 + 1e-6 && y > -1e-6 && y < SIZE[1] - 1 + 1e-6;
};

/** Each voxel has the value of its place, and air exactly where one of the slices around it does not reach. */
function requireLinear(volume: Volume, slices: readonly Slice[], tolerance: number): { air: number } {
  const ordered = [...slices].map((slice) => ({ slice, z: worldToVoxel(volume, slice.positionMm)[2] }));
  ordered.sort((a, b) => a.z - b.z);
  let air = 0;
  for (let v = 0; v < volume.data.length; v++) {
    const [width, height] = volume.size;
    const index: Vector3 = [v % width, Math.floor(v / width) % height, Math.floor(v / (width * height))];
    const world = voxelToWorld(volume, index);
    const on = ordered.find(({ z }) => Math.abs(z - index[2]) < 1e-6);
    const above = ordered.findIndex(({ z }) => z > index[2]);
    const around = on === undefined ? [ordered[above - 1]!, ordered[above]!] : [on];
    const inside = around.every(({ slice }) => reaches(slice, world));
    const expected = inside ? valueAt(world) / 100 : -1000;
    assert.ok(
      Math.abs(volume.data[v]! - expected) <= (inside ? tolerance : 0),
      `${index}: ${volume.data[v]} instead of ${expected}`,
    );
    if (!inside) air++;
  }
  return { air };
}

const X: Vector3 = [1, 0, 0];
const Y: Vector3 = [0, 1, 0];

test('readVolume() with resampleSlices gives the values of their places: linear in x, y and z is kept exactly, outside is air', async () => {
  const cases: Record<string, [Vector3, Vector3, readonly Vector3[], boolean]> = {
    'a missing slice': [X, Y, [0, 1.5, 3, 6, 7.5].map((z): Vector3 => [0, 0, z]), false],
    'gaps that change': [X, Y, [0, 2, 4, 5, 6, 7].map((z): Vector3 => [0, 0, z]), false],
    'a tilted gantry': [X, Y, [0, 1, 2, 3, 4].map((i): Vector3 => [0, 0.5 * i, 2 * i]), true],
    'tilted to the other side, and beside': [
      X,
      Y,
      [0, 1, 2, 3].map((i): Vector3 => [0.35 * i, -0.3 * i, 2 * i]),
      true,
    ],
    'tilted, with a slice missing': [
      X,
      Y,
      [0, 1, 3, 4].map((i): Vector3 => [0.25 * i, 0.4 * i, 1.5 * i]),
      true,
    ],
    'turned: sagittal': [
      [0, 1, 0],
      [0, 0, -1],
      [0, 1, 2, 4].map((i): Vector3 => [0.5 * i, 0, 1.25 * i]),
      true,
    ],
    'turned by an angle': [
      [0.8, 0.6, 0],
      [-0.6, 0.8, 0],
      [0, 1, 2, 4].map((i): Vector3 => [0, 0.25 * i, 1.25 * i]),
      true,
    ],
  };
  for (const [name, [x, y, places, tilted]] of Object.entries(cases)) {
    const [folder, slices] = writeLinear(name, x, y, createRandom(name).shuffle([...places]));
    await assert.rejects(readVolume(folder), /--resample-slices/, name);
    const volume = await readVolume(folder, { resampleSlices: true });
    // Stored values are rounded to a hundredth.
    const { air } = requireLinear(volume, slices, 0.006);
    assert.equal(air > 0, tilted, name);
    const { data: _, ...geometry } = volume;
    assert.deepEqual(await readGeometry(folder, { resampleSlices: true }), geometry, name);
  }
});

test('readVolume() with resampleSlices leaves a straight, even series as it is', async () => {
  const [folder] = writeLinear(
    'even',
    X,
    Y,
    [0, 1, 2].map((z): Vector3 => [0, 0, 2 * z]),
  );
  assert.deepEqual(await readVolume(folder, { resampleSlices: true }), await readVolume(folder));
});

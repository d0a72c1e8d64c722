import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Candidate } from '../../src/candidates/candidate.js';
import { cutterOf } from '../../src/patches/cutScan.js';
import { linearCutter } from '../../src/patches/linearCutter.js';
import { centerVoxelOf, isInside, patchGrid } from '../../src/patches/patchGrid.js';
import { planScan } from '../../src/patches/planScan.js';
import { createRandom, type Random } from '../../src/random.js';
import type { PatchFormat } from '../../src/store/patchFileContract.js';
import { voxelToWorld, worldToVoxel } from '../../src/volumes/voxels/geometry.js';
import { storedHu } from '../../src/volumes/voxels/storedHu.js';
import type { Geometry, Vector3, Volume } from '../../src/volumes/voxels/volume.js';
import { randomGeometry } from '../volumes/randomGeometry.js';
import { compareWithSimpleItk, SCANS } from './simpleItk.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-linear-'));
after(() => rmSync(folder, { recursive: true }));

for (const [name, scan] of Object.entries(SCANS))
  test(`linearCutter() equals SimpleITK's resampling within 0.5 HU: ${name}`, async () => {
    await compareWithSimpleItk(folder, scan, 'linear', linearCutter);
  });

test('a linear field f(world) has, at the voxel of a candidate, its value at that voxel: random geometries, odd and even sizes', () => {
  const random = createRandom('linear field');
  let inside = 0;
  for (let round = 0; round < 200; round++) {
    const geometry = randomGeometry(random);
    const field = randomField(random, geometry);
    const volume = sampled(geometry, field);
    const dim = 1 + random.integer(9);
    const slices = 1 + random.integer(9);
    const spacingMm: Vector3 = [random.between(0.4, 4), random.between(0.4, 4), random.between(0.4, 4)];
    const format: PatchFormat = { dim, slices, spacingMm, interpolation: 'linear' };
    const cut = cutterOf(volume, format);
    const along = (axis: 0 | 1 | 2): number => random.uniform() * (geometry.size[axis] - 1);
    const centerWorldMm = voxelToWorld(geometry, [along(0), along(1), along(2)]);
    const candidate: Candidate = { seriesUid: 'u', centerWorldMm, class: 1, line: 2 };
    const plan = planScan(geometry, [candidate], [], format);
    const voxel = centerVoxelOf(geometry, spacingMm, centerWorldMm);
    assert.equal(plan.patches.length, isInside(patchGrid(geometry, spacingMm), voxel) ? 1 : 0);
    // A centre in the last part of a voxel, beyond the resampled grid's last one.
    if (plan.patches.length === 0) continue;
    inside++;
    const patch = new Int16Array(dim * dim * slices);
    cut(plan.patches[0]!.firstVoxel, patch, 0);
    const [x, y, z] = [dim, dim, slices].map((n) => Math.floor(n / 2)) as [number, number, number];
    const world = voxelToWorld({ ...geometry, spacingMm }, voxel);
    const value = patch[(z * dim + y) * dim + x]!;
    assert.ok(
      Math.abs(value - field(world)) <= 0.5 + 1e-3,
      `round ${round}: ${value} instead of ${field(world)}, ${JSON.stringify({ geometry, format, centerWorldMm })}`,
    );
    // The voxel is the candidate's: half a step away at most, along each axis.
    const away = worldToVoxel({ ...geometry, spacingMm }, centerWorldMm).map((at, i) => at - voxel[i]!);
    assert.ok(Math.max(...away.map(Math.abs)) <= 0.5 + 1e-5);
  }
  assert.ok(inside > 120, `${inside} of 200 inside`);
});

/** a x + b y + c z + d, within +-2000 HU in the scan. */
function randomField(random: Random, { originMm }: Geometry): (world: Vector3) => number {
  const slope = [0, 1, 2].map(() => random.between(-6, 6));
  const offset = random.between(-500, 500);
  return (world) => offset + world.reduce((sum, mm, axis) => sum + slope[axis]! * (mm - originMm[axis]!), 0);
}

function sampled(geometry: Geometry, field: (world: Vector3) => number): Volume {
  const [nx, ny, nz] = geometry.size;
  const data = Float64Array.from({ length: nx * ny * nz }, (_, at) =>
    field(voxelToWorld(geometry, [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))])),
  );
  return { ...geometry, data };
}

test('linearCutter() has the bytes of the definition, voxel by voxel, for any element type, also beyond the edges', () => {
  const random = createRandom(11);
  const size: Vector3 = [23, 19, 14];
  const spacingMm: Vector3 = [0.7, 0.9, 1.25];
  const patchSize: Vector3 = [12, 10, 9];
  for (const make of [Int16Array, Uint8Array, Float32Array, Float64Array]) {
    const data = new make(23 * 19 * 14);
    for (let i = 0; i < data.length; i++)
      data[i] =
        make === Uint8Array
          ? random.integer(256)
          : random.between(-32000, make === Int16Array ? 32000 : 60000);
    const volume = { ...FRAME, size, spacingMm, data };
    const grid = patchGrid(volume, [1, 1, 1]);
    const cut = linearCutter(volume, grid, patchSize);
    for (const first of [
      [2, 3, 1],
      [-5, -4, -3],
      [9, 12, 12],
      [14, -2, 5],
      [40, 0, 0],
    ] as const) {
      const into = new Int16Array(12 * 10 * 9);
      cut(first, into, 0);
      const expected = Int16Array.from(into, (_, i) =>
        valueAt(volume, grid.size, [
          first[0] + (i % 12),
          first[1] + (Math.floor(i / 12) % 10),
          first[2] + Math.floor(i / 120),
        ]),
      );
      assert.deepEqual(into, expected, `${make.name} at ${first}`);
    }
  }
});

const FRAME = { originMm: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] } as const;

/** A voxel of the 1 mm grid by the definition: float64 along x, then y, then z; -1000 outside. */
function valueAt({ data, size, spacingMm }: Volume, gridSize: Vector3, voxel: Vector3): number {
  if (voxel.some((index, axis) => index < 0 || index >= gridSize[axis]!)) return -1000;
  const [x, y, z] = voxel.map((index, axis) => {
    const position = Math.min(index * (1 / spacingMm[axis]!), size[axis]! - 1);
    const low = Math.floor(position);
    return { low, high: Math.min(low + 1, size[axis]! - 1), share: position - low };
  }) as [Between, Between, Between];
  const mix = ({ low, high, share }: Between, at: (index: number) => number): number =>
    at(low) + (at(high) - at(low)) * share;
  return storedHu(mix(z, (k) => mix(y, (j) => mix(x, (i) => data[(k * size[1] + j) * size[0] + i]!))));
}

interface Between {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { linearCutter } from '../../src/patches/linearCutter.js';
import { patchGrid } from '../../src/patches/patchGrid.js';
import { createRandom } from '../../src/random.js';
import { storedHu } from '../../src/volumes/storedHu.js';
import type { Vector3, Volume } from '../../src/volumes/volume.js';
import { compareWithSimpleItk, SCANS } from './simpleItk.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-linear-'));
after(() => rmSync(folder, { recursive: true }));

for (const [name, scan] of Object.entries(SCANS))
  test(`linearCutter() equals SimpleITK's resampling within 0.5 HU: ${name}`, async () => {
    await compareWithSimpleItk(folder, scan, 'linear', linearCutter);
  });

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

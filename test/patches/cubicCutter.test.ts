import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cubicCutter } from '../../src/patches/cubicCutter.js';
import { patchGrid } from '../../src/patches/patchGrid.js';
import { createRandom } from '../../src/random.js';
import type { Vector3, Volume } from '../../src/volumes/voxels/volume.js';
import { compareWithSimpleItk, SCANS } from './simpleItk.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-cubic-'));
after(() => rmSync(folder, { recursive: true }));

for (const [name, scan] of Object.entries(SCANS))
  test(`cubicCutter() equals SimpleITK's resampling (B-spline) within 0.5 HU: ${name}`, async () => {
    await compareWithSimpleItk(folder, scan, 'bspline', cubicCutter);
  });

test('cubicCutter() gives a voxel the same bytes in any patch, of any size, cut in any order', () => {
  const random = createRandom(12);
  const size: Vector3 = [33, 41, 30];
  const volume: Volume = {
    size,
    spacingMm: [0.7, 0.8, 1.25],
    originMm: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    data: Int16Array.from({ length: 33 * 41 * 30 }, () => random.between(-1000, 2000)),
  };
  const grid = patchGrid(volume, [1, 1, 1]);
  const [width, height, depth] = grid.size;
  const whole = new Int16Array(width * height * depth);
  cubicCutter(volume, grid, grid.size)([0, 0, 0], whole, 0);
  const cut = cubicCutter(volume, grid, [9, 7, 8]);
  for (let i = 0; i < 40; i++) {
    const first: Vector3 = [random.integer(width) - 4, random.integer(height) - 3, random.integer(depth) - 4];
    const into = new Int16Array(9 * 7 * 8);
    cut(first, into, 0);
    const expected = Int16Array.from(into, (_, at) => {
      const [x, y, z] = [
        first[0] + (at % 9),
        first[1] + (Math.floor(at / 9) % 7),
        first[2] + Math.floor(at / 63),
      ];
      const inside = x >= 0 && y >= 0 && z >= 0 && x < width && y < height && z < depth;
      return inside ? whole[(z * height + y) * width + x]! : -1000;
    });
    assert.deepEqual(into, expected, `${first}`);
  }
});

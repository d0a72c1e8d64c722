import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { linearCutter } from '../../src/patches/linearCutter.js';
import { centerVoxelOf, firstVoxelOf, patchGrid } from '../../src/patches/patchGrid.js';
import { readVolume } from '../../src/volumes/readVolume.js';
import type { Vector3 } from '../../src/volumes/volume.js';
import { type ReferenceScan, referencePatches, SCANS } from './simpleItk.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-linear-'));
after(() => rmSync(folder, { recursive: true }));

for (const [name, scan] of Object.entries(SCANS))
  test(`linearCutter() equals SimpleITK's resampling within 0.5 HU: ${name}`, async () => {
    await compare(scan, 0.5 + 1e-3);
  });

/** Cuts around each centre; voxels outside the scan are -1000 in both. */
async function compare(scan: ReferenceScan, tolerance: number): Promise<void> {
  const patchSize: Vector3 = [12, 12, 9];
  const spacingMm: Vector3 = [1, 1, 1.5];
  const { file, patches } = referencePatches(folder, scan, { patchSize, spacingMm, interpolator: 'linear' });
  const volume = await readVolume(file);
  const cut = linearCutter(volume, patchGrid(volume, spacingMm), patchSize);
  for (const { centerWorldMm, values } of patches) {
    const into = new Int16Array(values.length + 2);
    const first = firstVoxelOf(centerVoxelOf(volume, spacingMm, centerWorldMm), patchSize);
    cut(first, into, 1);
    assert.equal(into[0], 0, 'nothing is written before the patch');
    assert.equal(into.at(-1), 0, 'nor behind it');
    for (const [i, value] of values.entries())
      assert.ok(
        Math.abs(into[i + 1]! - value) <= tolerance,
        `voxel ${i}: ${into[i + 1]} instead of ${value}`,
      );
  }
}

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CropResult, crop } from '../../src/patches/crop.js';
import type { CropOptions } from '../../src/patches/cropOptions.js';
import { createRandom } from '../../src/random.js';
import { writeMetaImage } from '../../src/volumes/metaImage/metaImageWriter.js';
import { IDENTITY_DIRECTION } from '../../src/volumes/voxels/geometry.js';
import type { Vector3 } from '../../src/volumes/voxels/volume.js';

export const HEADER = 'seriesuid,coordX,coordY,coordZ,class';

/** Candidates up to here lie inside the scans of cropFixture(). */
export const INSIDE_MM = 14;

/**
 * Three small scans in two subsets and a table of candidates up to `topMm` on each axis, some of them outside; returns the
 * options of a crop of them.
 */
export function cropFixture(
  t: { after: (end: () => void) => void },
  topMm = 18,
): CropOptions & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-crop-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const lines = [HEADER];
  for (const [index, uid] of ['c', 'a', 'b'].entries()) {
    writeScan(join(folder, 'raw', `subset${index === 2 ? 1 : 0}`), uid);
    const random = createRandom(`candidates ${uid}`);
    for (let i = 0; i < 6; i++) {
      const at = [0, 1, 2].map(() => random.between(-4, topMm).toFixed(2));
      lines.push([uid, ...at, i % 3 === 0 ? 1 : 0].join(','));
    }
  }
  lines.push('unknown,1,2,3,0');
  writeFileSync(join(folder, 'raw', 'candidates_V2.csv'), `${lines.join('\n')}\n`);
  return {
    folder,
    scansFolder: join(folder, 'raw'),
    candidatesPath: join(folder, 'raw'),
    subsets: 'all',
    formats: [{ dim: 8, slices: 6, spacingMm: [1, 1, 1], interpolation: 'linear' }],
    outFolder: join(folder, 'out'),
  };
}

/** The result of a crop of one format. */
export async function cropOne(options: CropOptions): Promise<CropResult> {
  const [result, ...others] = await crop(options);
  assert.deepEqual(others, []);
  return result!;
}

export function writeScan(folder: string, uid: string, seed = uid, originMm: Vector3 = [-4, -4, -4]): void {
  mkdirSync(folder, { recursive: true });
  const random = createRandom(`scan ${seed}`);
  const size: Vector3 = [24, 22, 12];
  const data = Int16Array.from({ length: 24 * 22 * 12 }, () => random.integer(1500) - 1000);
  writeMetaImage(join(folder, `${uid}.mhd`), {
    size,
    spacingMm: [0.9, 0.9, 2],
    originMm,
    direction: IDENTITY_DIRECTION,
    data,
  });
}

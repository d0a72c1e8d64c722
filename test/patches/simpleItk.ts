import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { linearCutter } from '../../src/patches/linearCutter.js';
import { centerVoxelOf, firstVoxelOf, patchGrid } from '../../src/patches/patchGrid.js';
import { readVolume } from '../../src/volumes/readVolume.js';
import type { Vector3 } from '../../src/volumes/voxels/volume.js';
import { runPython } from '../python.js';

/** A scan that SimpleITK makes of seeded noise, smoothed. */
export interface ReferenceScan {
  readonly file: string;
  readonly size: Vector3;
  readonly spacing: Vector3;
  readonly origin: Vector3;
  /** Row-major; default identity. */
  readonly direction?: readonly number[];
  readonly type?: 'int16' | 'float32';
}

const c = Math.cos(0.3);
const s = Math.sin(0.3);

/** Anisotropic, flipped, rotated, with negative origins, of other types, and a single slice. */
export const SCANS: Readonly<Record<string, ReferenceScan>> = {
  'anisotropic spacing': {
    file: 'a.mhd',
    size: [40, 36, 20],
    spacing: [0.7, 0.7, 2.5],
    origin: [-120.5, -80.25, 40],
  },
  'flipped x and y': {
    file: 'b.mha',
    size: [38, 30, 24],
    spacing: [0.8, 0.9, 1.25],
    origin: [100, 90, -300],
    direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
  },
  'rotated direction': {
    file: 'c.nrrd',
    size: [32, 32, 26],
    spacing: [0.9, 0.6, 1.1],
    origin: [-10, -20, -30],
    direction: [c, -s, 0, s, c, 0, 0, 0, 1],
  },
  'axes exchanged, float': {
    file: 'd.nii.gz',
    size: [30, 28, 26],
    spacing: [1.3, 0.8, 1],
    origin: [5, -7, 9],
    direction: [0, 0, 1, 1, 0, 0, 0, 1, 0],
    type: 'float32',
  },
  'coarser in plane than the patch': {
    file: 'e.mhd',
    size: [16, 16, 40],
    spacing: [2, 2, 0.5],
    origin: [0, 0, 0],
  },
};

interface ReferencePatch {
  readonly centerWorldMm: Vector3;
  readonly values: readonly number[];
}

/**
 * Writes the scan, and cuts patches by the contract with SimpleITK: the whole scan resampled (float64) to the grid of
 * `spacingMm`, -1000 outside, patches around centres inside, at edges and at corners.
 */
function referencePatches(
  folder: string,
  scan: ReferenceScan,
  options: {
    readonly patchSize: Vector3;
    readonly spacingMm: Vector3;
    readonly interpolator: 'linear' | 'bspline';
  },
): { file: string; patches: readonly ReferencePatch[] } {
  const file = join(folder, scan.file);
  const patches = runPython<ReferencePatch[]>(PROGRAM, { ...scan, ...options, file });
  return { file, patches };
}

/** Cuts around each centre; voxels outside the scan are -1000 in both. The tolerance is the rounding to whole HU. */
export async function compareWithSimpleItk(
  folder: string,
  scan: ReferenceScan,
  interpolator: 'linear' | 'bspline',
  cutter: typeof linearCutter,
): Promise<void> {
  const patchSize: Vector3 = [12, 12, 9];
  const spacingMm: Vector3 = [1, 1, 1.5];
  const { file, patches } = referencePatches(folder, scan, { patchSize, spacingMm, interpolator });
  const volume = await readVolume(file);
  const cut = cutter(volume, patchGrid(volume, spacingMm), patchSize);
  for (const { centerWorldMm, values } of patches) {
    const into = new Int16Array(values.length + 2);
    cut(firstVoxelOf(centerVoxelOf(volume, spacingMm, centerWorldMm), patchSize), into, 1);
    assert.equal(into[0], 0, 'nothing is written before the patch');
    assert.equal(into.at(-1), 0, 'nor behind it');
    for (const [i, value] of values.entries())
      assert.ok(
        Math.abs(into[i + 1]! - value) <= 0.5 + 1e-3,
        `voxel ${i}: ${into[i + 1]} instead of ${value}`,
      );
  }
}

const PROGRAM = `
import json, sys
import numpy as np, SimpleITK as sitk
q = json.load(sys.stdin)
rng = np.random.default_rng(7)
size = q['size']
noise = rng.normal(-300, 600, size=size[::-1])
image = sitk.GetImageFromArray(noise.astype(np.float64))
image = sitk.SmoothingRecursiveGaussian(image, 0.8)
image = sitk.Cast(image * 2.0, sitk.sitkFloat32 if q.get('type') == 'float32' else sitk.sitkInt16)
image.SetSpacing(q['spacing']); image.SetOrigin(q['origin'])
image.SetDirection(q.get('direction') or [1, 0, 0, 0, 1, 0, 0, 0, 1])
sitk.WriteImage(image, q['file'], q['file'].endswith(('.mha', '.nrrd')))
image = sitk.ReadImage(q['file'])

target = q['spacingMm']
new = [int(np.floor((n - 1) * s / t + 1e-6)) + 1 for n, s, t in zip(image.GetSize(), image.GetSpacing(), target)]
grid = sitk.Resample(sitk.Cast(image, sitk.sitkFloat64), new, sitk.Transform(),
                     sitk.sitkLinear if q['interpolator'] == 'linear' else sitk.sitkBSpline,
                     image.GetOrigin(), target, image.GetDirection(), -1000.0, sitk.sitkFloat64)
values = sitk.GetArrayFromImage(grid)
n = q['patchSize']
padded = np.full([v + 2 * 40 for v in values.shape], -1000.0)
padded[40:-40, 40:-40, 40:-40] = values
patches = []
for share in [(.5, .5, .5), (0, 0, 0), (1, 1, 1), (.02, .5, .97), (.33, .71, .4)]:
    index = [f * (m - 1) for f, m in zip(share, new)]
    world = grid.TransformContinuousIndexToPhysicalPoint(index)
    back = grid.TransformPhysicalPointToContinuousIndex(world)
    centre = [int(np.rint(np.round(v, 6))) for v in back]
    first = [c - k // 2 + 40 for c, k in zip(centre, n)]
    block = padded[first[2]:first[2] + n[2], first[1]:first[1] + n[1], first[0]:first[0] + n[0]]
    patches.append(dict(centerWorldMm=list(world), values=block.ravel().tolist()))
print(json.dumps(patches))
`;

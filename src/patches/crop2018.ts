import { eachAxis, voxelToWorld } from '../volumes/voxels/geometry.js';
import { roundHalfEven } from '../volumes/voxels/storedHu.js';
import type { Geometry, Vector3, Volume } from '../volumes/voxels/volume.js';
import { cubicCutter } from './cubicCutter.js';

/**
 * How the project of 2018 found and cut its patches, defects included, for a look at what they did to its data. Nothing
 * is cropped by it. Its steps: resample to 1 mm (cubic B-spline), pad with 32 voxels, add 32 to the world position, take
 * |position - origin| for the voxel. The direction of the axes is never asked for.
 */

/** Where 2018 cut the patch of a candidate. */
export interface Place2018 {
  /** Lowest voxel of the patch on its grid of 1 mm, padding not counted: negative numbers lie in the padding. */
  readonly firstVoxel: Vector3;
  /** What lies in the middle of the patch (LPS, mm). */
  readonly centerWorldMm: Vector3;
  /** From there to the candidate. */
  readonly offMm: number;
  /** Whether the patch came out too small and was left out without a word. */
  readonly isLost: boolean;
}

/** Of the padding: the lowest value of the file. */
const PADDING_HU = -2000;
/** Of what the resampling found beyond the scan's last voxel: water. */
const BEYOND_HU = 0;

/**
 * The place of a candidate's patch of dim^3 voxels of 1 mm as the program of 2018 chose it.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const volume = await readVolume(scan);
 * const [candidate] = readCandidates(inRepository('data/raw/candidates_V2.csv'));
 * const { offMm, isLost } = placeAs2018(volume, candidate.centerWorldMm, 32);
 */
export function placeAs2018(geometry: Geometry, centerWorldMm: Vector3, dim: number): Place2018 {
  const size = sizeOf2018(geometry);
  const spans = eachAxis((axis) => {
    const center = Math.abs(centerWorldMm[axis] + dim - geometry.originMm[axis]);
    const middle = roundHalfEven(center);
    return {
      from: Math.max(0, Math.trunc(middle - dim / 2)),
      to: Math.min(size[axis] + 2 * dim, Math.trunc(middle + dim / 2)),
    };
  });
  // One axis that began at 0 was made whole again: of y, x, z the first.
  const atStart = [1, 0, 2].map((axis) => spans[axis]!).find(({ from }) => from === 0);
  if (atStart !== undefined) atStart.to = dim;
  const firstVoxel = eachAxis((axis) => spans[axis].from - dim);
  const middle = eachAxis((axis) => firstVoxel[axis] + dim / 2);
  const middleWorldMm = voxelToWorld({ ...geometry, spacingMm: [1, 1, 1] }, middle);
  return {
    firstVoxel,
    centerWorldMm: middleWorldMm,
    offMm: Math.hypot(...middleWorldMm.map((mm, axis) => mm - centerWorldMm[axis]!)),
    isLost: spans.some(({ from, to }) => to - from !== dim),
  };
}

/**
 * The voxels (z, y, x; dim^3 of 1 mm, HU) that the program of 2018 cut there: cubic, 0 HU beyond the scan's last voxel,
 * -2000 in the padding. It cut fractions of a HU off where here they are rounded.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const volume = await readVolume(scan);
 * const [candidate] = readCandidates(inRepository('data/raw/candidates_V2.csv'));
 * const patchHu = cutAs2018(volume, placeAs2018(volume, candidate.centerWorldMm, 32), 32);
 */
export function cutAs2018(volume: Volume, { firstVoxel }: Place2018, dim: number): Int16Array {
  const size = sizeOf2018(volume);
  const patch = new Int16Array(dim ** 3);
  const grid = { size, spacingMm: [1, 1, 1] } as const;
  cubicCutter(volume, grid, [dim, dim, dim])(firstVoxel, patch, 0);
  const [alongX, alongY, alongZ] = eachAxis((axis) =>
    Array.from({ length: dim }, (_, i) => {
      const voxel = firstVoxel[axis] + i;
      if (voxel < 0 || voxel >= size[axis]) return 'padding';
      return voxel / volume.spacingMm[axis] >= volume.size[axis] - 0.5 ? 'beyond' : 'scan';
    }),
  );
  for (let k = 0, at = 0; k < dim; k++)
    for (let j = 0; j < dim; j++)
      for (let i = 0; i < dim; i++, at++) {
        const here = [alongX[i], alongY[j], alongZ[k]];
        if (here.includes('padding')) patch[at] = PADDING_HU;
        else if (here.includes('beyond')) patch[at] = BEYOND_HU;
      }
  return patch;
}

/** Voxels of 1 mm, cut off: up to one is lost an axis, or lies beyond the last. */
function sizeOf2018({ size, spacingMm }: Geometry): Vector3 {
  return eachAxis((axis) => Math.trunc(spacingMm[axis] * size[axis]));
}

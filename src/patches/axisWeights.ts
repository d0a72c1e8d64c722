import type { Volume } from '../volumes/voxels/volume.js';
import type { PatchGrid } from './patchGrid.js';

/** Where the voxels of one grid axis lie between the scan's: the voxel before, the one after, and the share of the latter. */
export interface AxisWeights {
  readonly before: Int32Array;
  /** The last voxel of all has no next one: it is its own, with share 0. */
  readonly after: Int32Array;
  readonly share: Float64Array;
}

/** The part of an axis that a patch covers: grid voxels [from, to), and the scan's voxels [first, last] they lie between. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly last: number;
}

/** The scan's voxels around each grid voxel. */
export function axisWeights(volume: Volume, grid: PatchGrid, axis: 0 | 1 | 2): AxisWeights {
  const count = grid.size[axis];
  const last = volume.size[axis] - 1;
  const step = grid.spacingMm[axis] / volume.spacingMm[axis];
  const before = new Int32Array(count);
  const after = new Int32Array(count);
  const share = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const position = Math.min(index * step, last);
    before[index] = Math.floor(position);
    share[index] = position - before[index]!;
    after[index] = before[index]! + (share[index]! > 0 ? 1 : 0);
  }
  return { before, after, share };
}

/** What a patch of `length` voxels from `firstVoxel` covers. */
export function spanOf(firstVoxel: number, length: number, { before, after }: AxisWeights): Span {
  const from = Math.max(0, firstVoxel);
  const to = Math.min(before.length, firstVoxel + length);
  if (to <= from) return { from, to, first: 0, last: -1 };
  return { from, to, first: before[from]!, last: after[to - 1]! };
}

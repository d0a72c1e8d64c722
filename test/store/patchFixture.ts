import type { PatchColumns, PatchFormat, PatchProvenance } from '../../src/store/patchFileContract.js';

/** A file of five rows. */
export const format: PatchFormat = { dim: 4, slices: 3, spacingMm: [1, 1, 2], interpolation: 'linear' };
export const VOXELS = 48;

export const provenance: PatchProvenance = {
  program: 'voxlab test',
  settings: { slices: 3, dim: 4 },
  scans: { é: '11', a: '00' },
};

export const columns: PatchColumns = {
  classes: [1, 0, 0, 1, 0],
  notrain: [0, 1, 0, 0, 1],
  notrainReason: [0, 1, 0, 0, 2],
  centerWorldMm: [
    [1, 2, 3],
    [-4.5, 5.25, -6],
    [0, 0, 0],
    [1e-7, 2, 3],
    [100, 200, 300],
  ],
  seriesUid: ['a', 'a', 'a', 'é', 'é'],
  subsets: [0, 0, 0, 3, 3],
};

/** Voxels that differ in every row, with both ends of int16. */
export function rowsOf(from: number, count: number): Int16Array {
  return Int16Array.from({ length: count * VOXELS }, (_, i) => {
    const at = from * VOXELS + i;
    return at % 50 === 0 ? -32768 : at % 49 === 0 ? 32767 : (at * 37) % 2000;
  });
}

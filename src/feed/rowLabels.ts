import type { PatchLabels } from '../store/patchColumns.js';
import type { PatchFile } from '../store/patchFile.js';

/** What the columns of a patch file say of its rows. */
export interface RowLabels {
  /** 1 nodule, 0 not. */
  readonly classes: ArrayLike<number>;
  /** 1 = leave out of training. */
  readonly notrain: ArrayLike<number>;
  readonly subsets: ArrayLike<number>;
}

/** With the scan that each row was cut from. */
export interface ScanLabels extends RowLabels {
  readonly seriesUids: readonly string[];
}

/** All columns of a file. */
export interface PatchRows extends PatchLabels {
  readonly seriesUids: readonly string[];
  /** (rows, 3), x, y, z, LPS, mm. */
  readonly centersWorldMm: Float64Array;
}

/** Reads the columns. Throws InputError. */
export function scanLabels(patches: PatchFile): PatchRows {
  const findings = patches.findings(Array.from({ length: patches.rows }, (_, row) => row));
  const centersWorldMm = new Float64Array(3 * patches.rows);
  for (const [row, { centerWorldMm }] of findings.entries()) centersWorldMm.set(centerWorldMm, 3 * row);
  return { ...patches.labels(), seriesUids: findings.map(({ seriesUid }) => seriesUid), centersWorldMm };
}

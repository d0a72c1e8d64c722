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

/** Reads the columns. Throws InputError. */
export function scanLabels(patches: PatchFile): PatchLabels & ScanLabels {
  const findings = patches.findings(Array.from({ length: patches.rows }, (_, row) => row));
  return { ...patches.labels(), seriesUids: findings.map(({ seriesUid }) => seriesUid) };
}

import type { PatchLabels, PatchPlaces } from '../store/patchColumns.js';
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
export interface PatchRows extends PatchLabels, PatchPlaces {}

/**
 * Reads all columns of a patch file: class, notrain, subset, place and scan of every row. Throws InputError.
 * @example
 * const patches = await openPatchFile(inRepository('data/preprocessed/32x32x32-patch.hdf5'));
 * const { classes, seriesUids } = scanLabels(patches);
 * patches.close();
 * console.log(`${classes.length} rows of ${new Set(seriesUids).size} scans`);
 */
export function scanLabels(patches: PatchFile): PatchRows {
  return { ...patches.labels(), ...patches.places() };
}

import { findingAt, readAnnotations } from '../candidates/annotations.js';
import { groupBySeries } from '../candidates/groupBySeries.js';
import type { PatchFile } from '../store/patchFile.js';

/**
 * Row of a patch file -> diameter in mm of the nodule that it lies in: of the readers' findings of its scan whose radius it is
 * within, the nearest. Rows in no nodule, and in one of unknown size, are left out. Throws InputError for a table that cannot be read.
 * @param table seriesuid, coordX, coordY, coordZ, diameter_mm, such as LUNA16's annotations.csv
 * @example
 * const patches = await openPatchFile(inRepository('data/preprocessed/32x32x32-patch.hdf5'));
 * const diametersMm = rowDiameters(patches, inRepository('data/raw/annotations.csv'));
 * display(await patchGallery(patches, { most: 12, diametersMm }));
 * patches.close();
 */
export function rowDiameters(patches: PatchFile, table: string): Map<number, number> {
  const bySeries = groupBySeries(readAnnotations(table));
  const found = new Map<number, number>();
  const all = Array.from({ length: patches.rows }, (_, row) => row);
  for (const [row, { seriesUid, centerWorldMm }] of patches.findings(all).entries()) {
    const { diameterMm = 0 } = findingAt(bySeries.get(seriesUid) ?? [], centerWorldMm) ?? {};
    if (diameterMm > 0) found.set(row, diameterMm);
  }
  return found;
}

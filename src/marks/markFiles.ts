import { readDicomContext } from '../volumes/dicom/dicomContext.js';
import { marksToReport } from './dicomReport.js';
import type { ReadingMark } from './mark.js';
import { MARKUPS_ENDING, marksToMarkups } from './slicerMarkups.js';

/** File name ending of a report. */
const REPORT_ENDING = '.sr.dcm';

/**
 * What a reading room opens of a scan's marks, by file name: `<uid>.mrk.json` for 3D Slicer and, where `slices` are the files
 * of a DICOM series and there is a mark, `<uid>.sr.dcm`. Throws RangeError for a mark without a place, InputError for slices
 * without the uids that a report refers to.
 */
export async function markFiles(
  marks: readonly ReadingMark[],
  { seriesUid, slices }: { readonly seriesUid: string; readonly slices?: readonly string[] | undefined },
): Promise<ReadonlyMap<string, string | Buffer>> {
  const files = new Map<string, string | Buffer>();
  files.set(`${seriesUid}${MARKUPS_ENDING}`, marksToMarkups(marks, { name: `marks ${seriesUid}` }));
  if (slices !== undefined && marks.length > 0)
    files.set(`${seriesUid}${REPORT_ENDING}`, marksToReport(marks, await readDicomContext(slices)));
  return files;
}

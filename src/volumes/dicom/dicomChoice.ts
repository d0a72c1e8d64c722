import { InputError } from '../../errors.js';
import { findDicomSeries } from './dicomSearch.js';

/** Series that a message names; a folder may hold hundreds. */
const SHOWN = 10;

/**
 * The files of the one series in a folder and below it, or of the one with the uid `wanted`. Throws InputError, naming the
 * series that are there, for none, for several, and for one that cannot be known to be whole.
 */
export function chosenSeries(folder: string, wanted?: string): readonly string[] {
  const { series, leftOut } = findDicomSeries(folder);
  const chosen = wanted === undefined ? series : series.filter(({ uid }) => uid === wanted);
  const [only, other] = chosen;
  if (only === undefined || other !== undefined) {
    const there = series
      .slice(0, SHOWN)
      .map(({ uid, files }) => `${uid} (${files.length} ${files.length === 1 ? 'file' : 'files'})`)
      .join(', ');
    const all = `${there}${series.length > SHOWN ? ` and ${series.length - SHOWN} more` : ''}`;
    if (only !== undefined)
      throw new InputError(
        folder,
        `expected the slices of one DICOM series, found ${series.length}: ${all}; choose one with readVolume(folder, { series: UID })`,
      );
    const [first] = leftOut;
    const others = first === undefined ? '' : `; the first file left out is ${first.file}: ${first.reason}`;
    throw new InputError(
      folder,
      `expected the slices of ${wanted === undefined ? 'a DICOM series' : `DICOM series ${wanted}`}, found ${series.length === 0 ? 'none' : all}${others}`,
    );
  }
  if (only.fault !== undefined) throw new InputError(folder, only.fault);
  return only.files;
}

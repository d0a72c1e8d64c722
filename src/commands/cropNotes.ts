import type { CropResult } from '../patches/crop.js';

/** Files that are named one by one. */
const SHOWN = 10;

/** DICOM files that are no slices: no candidate is cut less for them, yet they may have been meant to be scans. */
export function tellLeftOut(leftOut: CropResult['leftOut']): void {
  if (leftOut.length === 0) return;
  const shown = leftOut.slice(0, SHOWN).map(({ file, reason }) => `  ${file}: ${reason}\n`);
  const rest = leftOut.length - shown.length;
  process.stderr.write(
    `${leftOut.length} DICOM ${leftOut.length === 1 ? 'file is no slice' : 'files are no slices'} of a scan and left out:\n${shown.join('')}${rest > 0 ? `  and ${rest} more (--json names all)\n` : ''}`,
  );
}

/** A series whose slices were resampled, and how. */
export function resampledLine([uid, done]: [string, NonNullable<CropResult['resampled']>[string]]): string {
  const { tiltDegrees, gapsMm, spacingMm, slicesBefore, slicesAfter } = done;
  return `  resampled: ${uid}: ${slicesBefore} slices, tilted by ${tiltDegrees.toFixed(1)} degrees, ${gapsMm.join(' to ')} mm apart, became ${slicesAfter} slices ${spacingMm} mm apart`;
}

import type { CropResult } from '../patches/crop.js';
import { say } from './standardStreams.js';

/** Files and rows that are named one by one. */
const SHOWN = 10;

/** What is no reason to fail, yet may not have been meant. */
export function tellBeside({ leftOut, contradictory }: Pick<CropResult, 'leftOut' | 'contradictory'>): void {
  tell(
    leftOut.map(({ file, reason }) => `${file}: ${reason}`),
    (count) =>
      `${count} DICOM ${count === 1 ? 'file is no slice' : 'files are no slices'} of a scan and left out`,
  );
  tell(
    contradictory.map(({ uid, lines: [nodule, none] }) => `${uid}: lines ${nodule} and ${none}`),
    (count) =>
      `${count} ${count === 1 ? 'candidate of class 0 lies' : 'candidates of class 0 lie'} where the table has one of class 1; both are cut, keep the right one`,
  );
}

function tell(items: readonly string[], title: (count: number) => string): void {
  if (items.length === 0) return;
  const shown = items.slice(0, SHOWN).map((item) => `  ${item}\n`);
  const rest = items.length - shown.length;
  say(
    `${title(items.length)}:\n${shown.join('')}${rest > 0 ? `  and ${rest} more (--json names all)\n` : ''}`,
  );
}

/** A series whose slices were resampled, and how. */
export function resampledLine([uid, done]: [string, NonNullable<CropResult['resampled']>[string]]): string {
  const { tiltDegrees, gapsMm, spacingMm, slicesBefore, slicesAfter } = done;
  return `  resampled: ${uid}: ${slicesBefore} slices, tilted by ${tiltDegrees.toFixed(1)} degrees, ${gapsMm.join(' to ')} mm apart, became ${slicesAfter} slices ${spacingMm} mm apart`;
}

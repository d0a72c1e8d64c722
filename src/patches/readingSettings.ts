import { given } from '../given.js';
import { NIFTI_FRAMES } from '../volumes/nifti/niftiGeometry.js';
import type { ReadingChoices } from '../volumes/readVolume.js';

/** Choices of reading as a patch file's settings hold them: only what was chosen, so that files without choices stay equal. */
export function readingSettings({ niftiFrame, resampleSlices }: ReadingChoices = {}): ReadingChoices {
  return {
    ...given({ niftiFrame }),
    ...(resampleSlices === true ? { resampleSlices } : {}),
  };
}

/** How the scans of a patch file were read, by its settings. */
export function readingOf({ niftiFrame, resampleSlices }: Readonly<Record<string, unknown>>): ReadingChoices {
  const frame = NIFTI_FRAMES.find((name) => name === niftiFrame);
  return readingSettings({
    ...given({ niftiFrame: frame }),
    resampleSlices: resampleSlices === true,
  });
}

/** What the voxels of a patch file mean: `unit`: 0 to 1; `float`: anything else, such as z-scores. */
export const INTENSITIES = ['hu', 'unit', 'float'] as const;

/** What the voxels of a patch file mean. */
export type Intensity = (typeof INTENSITIES)[number];

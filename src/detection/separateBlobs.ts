import type { FoundBlob } from './findBlobs.js';

/** A blob with what it is taken for. */
export interface RankedBlob {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly diameterMm: number;
  readonly score: number;
}

/** A ball of radius r answers most to sigma = r / sqrt(3). */
const RADII_PER_SIGMA = Math.sqrt(3);

/** Nearer than this, two marks are one. */
const CLOSEST_MM = 3;

/** Best first, at most so many; of marks that lie within each other the best stays. The grid is of 1 mm. */
export function separateBlobs(blobs: readonly FoundBlob[], most: number): RankedBlob[] {
  const ranked = blobs
    .map((blob) => ({
      ...{ x: blob.x, y: blob.y, z: blob.z },
      diameterMm: 2 * RADII_PER_SIGMA * blob.sigma,
      score: likeness(blob),
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.z - b.z || a.y - b.y || a.x - b.x);
  const kept: RankedBlob[] = [];
  for (const blob of ranked) {
    if (kept.length === most) break;
    if (!kept.some((other) => isInside(blob, other))) kept.push(blob);
  }
  return kept;
}

function isInside(blob: RankedBlob, { x, y, z, diameterMm }: RankedBlob): boolean {
  const awayMm = Math.max(CLOSEST_MM, diameterMm / 4);
  return (x - blob.x) ** 2 + (y - blob.y) ** 2 + (z - blob.z) ** 2 < awayMm * awayMm;
}

/** A contrast above this makes no better candidate: vessels and calcium are brighter than most nodules. */
const ENOUGH_HU = 150;
/** Nor does a ball above this one's sigma (14 mm wide). */
const ENOUGH_MM = 4;

/**
 * How much a blob looks like a nodule: sqrt(lowest / highest curvature), 1 for a ball and 0 for tube and plate, times its response and its size,
 * both up to a limit. Chosen on the sample, where it finds more than the dot filter of Li, Sone and Doi (Medical Physics 30, 2003),
 * highest curvature squared / lowest, and as many as a logistic regression on the same numbers (docs/detection.md).
 */
function likeness({ sigma, response, curvatures: [lowest, , highest] }: FoundBlob): number {
  if (highest >= 0) return 0;
  return Math.sqrt(highest / lowest) * Math.min(response, ENOUGH_HU) * Math.min(sigma, ENOUGH_MM);
}

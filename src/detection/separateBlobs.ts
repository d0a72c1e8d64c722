import type { FoundBlob } from './findBlobs.js';
import type { Rim } from './rim.js';

/** A blob of which is known how nodule-like it is. */
export interface JudgedBlob {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly diameterMm: number;
  readonly score: number;
}

/** A ball of radius r answers most to sigma = r / sqrt(3). */
export const RADII_PER_SIGMA = Math.sqrt(3);

/** Nearer than this, two marks are one. */
const CLOSEST_MM = 3;

/** Side of the cells in which marks are looked up, mm. */
const CELL_MM = 8;

/** Best first, at most so many; of marks that lie within each other the best stays. The grid is of 1 mm. */
export function separateBlobs(blobs: readonly JudgedBlob[], most: number): JudgedBlob[] {
  const ranked = [...blobs].sort((a, b) => b.score - a.score || a.z - b.z || a.y - b.y || a.x - b.x);
  const kept: JudgedBlob[] = [];
  const cells = new Map<string, JudgedBlob[]>();
  for (const blob of ranked) {
    if (kept.length === most) break;
    if (cells.get(cellOf(blob.x, blob.y, blob.z))?.some((other) => isInside(blob, other))) continue;
    kept.push(blob);
    noteIn(cells, blob);
  }
  return kept;
}

/** Into every cell that its surroundings reach. */
function noteIn(cells: Map<string, JudgedBlob[]>, blob: JudgedBlob): void {
  const reach = Math.ceil(awayMm(blob) / CELL_MM);
  for (let z = -reach; z <= reach; z++)
    for (let y = -reach; y <= reach; y++)
      for (let x = -reach; x <= reach; x++) {
        const cell = cellOf(blob.x + x * CELL_MM, blob.y + y * CELL_MM, blob.z + z * CELL_MM);
        const there = cells.get(cell);
        if (there === undefined) cells.set(cell, [blob]);
        else there.push(blob);
      }
}

function cellOf(x: number, y: number, z: number): string {
  return `${Math.floor(x / CELL_MM)} ${Math.floor(y / CELL_MM)} ${Math.floor(z / CELL_MM)}`;
}

function isInside(blob: JudgedBlob, other: JudgedBlob): boolean {
  return Math.hypot(other.x - blob.x, other.y - blob.y, other.z - blob.z) < awayMm(other);
}

function awayMm({ diameterMm }: JudgedBlob): number {
  return Math.max(CLOSEST_MM, diameterMm / 4);
}

/** What a blob's score is made of: logarithms, and shares of its middle's brightness. */
export const TRAITS = ['response', 'sigma', 'roundness', 'rimDim', 'rimBright'] as const;
export type Traits = Readonly<Record<(typeof TRAITS)[number], number>>;

/** A contrast above this makes no better candidate: vessels and calcium are brighter than most nodules. */
const ENOUGH_HU = 100;
/** Nor does a ball above this one's sigma (14 mm wide). */
const ENOUGH_MM = 4;

/** Undefined where a blob is bent the other way along some axis: that is no ball. */
export function traitsOf(
  { sigma, response, curvatures: [lowest, , highest] }: FoundBlob,
  rim: Rim,
): Traits | undefined {
  if (highest >= 0) return undefined;
  return {
    response: Math.log(Math.min(response, ENOUGH_HU)),
    sigma: Math.log(Math.min(sigma, ENOUGH_MM)),
    // 1 for a ball, 0 for tube and plate, before its logarithm.
    roundness: Math.log(Math.max(1e-4, highest / lowest)) / 2,
    rimDim: rim.dim,
    rimBright: rim.bright,
  };
}

/**
 * A logistic regression on the blobs of 30 scans of `voxlab sample --seed 77`, where each nodule weighs as ten others: by
 * scripts/fitDetector.mjs. Measured on other scans (docs/detection.md).
 */
const WEIGHTS: Traits = { response: 3.9, sigma: 4.3, roundness: 4.7, rimDim: 8.6, rimBright: -2.6 };
const OFFSET = -19.6;

/** The logarithm of the odds; above 0, more like a nodule than not. */
export function scoreOf(traits: Traits): number {
  return TRAITS.reduce((sum, trait) => sum + WEIGHTS[trait] * traits[trait], OFFSET);
}

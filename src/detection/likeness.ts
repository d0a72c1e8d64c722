import type { Blob } from './octave.js';
import type { Rim } from './rim.js';

/** What a blob's score is made of: logarithms, and shares of its middle's brightness. */
export const TRAITS = ['response', 'sigma', 'roundness', 'rimDim', 'rimBright'] as const;
export type Traits = Readonly<Record<(typeof TRAITS)[number], number>>;

/** A contrast above this makes no better candidate: vessels and calcium are brighter than most nodules. */
const ENOUGH_HU = 100;
/** Nor does a ball above this one's sigma (28 mm wide). */
const ENOUGH_MM = 8;

/** Undefined where a blob is bent the other way along some axis: that is no ball. */
export function traitsOf(
  { sigma, response, curvatures: [lowest, , highest] }: Blob,
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
const WEIGHTS: Traits = { response: 4.0, sigma: 3.6, roundness: 5.1, rimDim: 8.0, rimBright: -2.7 };
const OFFSET = -19.5;

/** The logarithm of the odds; above 0, more like a nodule than not. */
export function scoreOf(traits: Traits): number {
  return TRAITS.reduce((sum, trait) => sum + WEIGHTS[trait] * traits[trait], OFFSET);
}

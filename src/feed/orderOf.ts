import type { SamplingSettings } from '../config/samplingSettings.js';
import type { BatchOrder } from './batchOrder.js';
import { balancedOrder, type ClassRows, weightedOrder } from './classOrder.js';
import type { HardNegatives } from './hardNegatives.js';
import { naturalOrder } from './naturalOrder.js';

/**
 * The order that a sampling names; with `hardest`, for the epoch after the one that they were found in. Throws RangeError for
 * hard negatives with `natural`, which has every row once.
 * @example
 * const { sampling } = readTrainingSettings();
 * const rows = { positives: Uint32Array.of(0, 3), negatives: Uint32Array.of(1, 2, 4, 5) };
 * orderOf({ ...sampling, kind: 'natural' }, rows, 3, 16).rowsOf(0).length //=> 3
 */
export function orderOf(
  sampling: SamplingSettings,
  rows: ClassRows,
  batchSize: number,
  seed: number,
  hardest?: HardNegatives,
): BatchOrder {
  const { kind, positiveShare, hardNegatives: share } = sampling;
  if (kind === 'natural') {
    if (share > 0)
      throw new RangeError(
        `Expected HARD_NEGATIVES 0 with SAMPLING natural, which takes every row once, received ${share}`,
      );
    return naturalOrder(rows, batchSize, seed);
  }
  const hard = share > 0 && hardest !== undefined ? { share, hardest } : undefined;
  return kind === 'weighted'
    ? weightedOrder(rows, batchSize, seed, positiveShare, hard)
    : balancedOrder(rows, batchSize, seed, hard);
}

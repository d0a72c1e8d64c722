import type { CalibrationBin } from './calibration.js';
import { requireProbabilities } from './cases.js';
import type { BootstrapDraws } from './precisionRecallBootstrap.js';
import { quantile } from './quantile.js';
import { samplesOf } from './rocBootstrap.js';
import { requireScans, type ScanIndex } from './scanIndex.js';

/** Between `low` and `high` lies the share of class 1 of a bin, 95 %. */
export interface ShareInterval {
  readonly low: number;
  readonly high: number;
}

const TAIL = 0.025;

/**
 * An interval of the share of class 1 for each of `bins`: 2.5 % and 97.5 % of samples of scans (the same as for the band of a ROC curve), each
 * with the patches that it has in the bin. Where all patches of a bin are of one class, samples do not differ: then it is the exact
 * binomial limit (Clopper and Pearson, Biometrika 26, 1934), with each scan that has patches there counted once, as patches of one scan
 * are alike. Throws RangeError for what are no probabilities, and for one scan less or more than cases.
 * @example
 * const [probabilities, classes] = [[0.9, 0.7, 0.4, 0.2], [1, 1, 0, 0]];
 * const bins = calibrationCurve(probabilities, classes, { bins: 2 });
 * const band = calibrationBand(bins, probabilities, classes, scanIndex(['a', 'b', 'a', 'b']));
 * band.map(({ high }) => high.toFixed(2)) //=> [ '0.84', '1.00' ]
 */
export function calibrationBand(
  bins: readonly CalibrationBin[],
  probabilities: ArrayLike<number>,
  classes: ArrayLike<number>,
  scans: ScanIndex,
  { rounds = 1000, seed = 0 }: BootstrapDraws = {},
): ShareInterval[] {
  requireProbabilities(probabilities, classes);
  requireScans(scans, probabilities.length);
  const counts = bins.map(() => ({
    cases: new Uint32Array(scans.scans),
    positives: new Uint32Array(scans.scans),
  }));
  for (let i = 0; i < probabilities.length; i++) {
    const place = bins.findIndex(({ high }) => probabilities[i]! <= high);
    const bin = counts[place < 0 ? bins.length - 1 : place];
    if (bin === undefined) continue;
    const scan = scans.scanOf[i]!;
    bin.cases[scan]!++;
    bin.positives[scan]! += classes[i]!;
  }
  const shares: number[][] = bins.map(() => []);
  for (const weights of samplesOf(scans.scans, { rounds, seed }))
    for (const [at, { cases, positives }] of counts.entries()) {
      let [all, some] = [0, 0];
      for (const [scan, times] of weights.entries()) {
        all += times * cases[scan]!;
        some += times * positives[scan]!;
      }
      if (all > 0) shares[at]!.push(some / all);
    }
  return bins.map(({ positiveShare }, at) => {
    const holding = counts[at]!.cases.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
    if (positiveShare === 0) return { low: 0, high: 1 - TAIL ** (1 / holding) };
    if (positiveShare === 1) return { low: TAIL ** (1 / holding), high: 1 };
    const sorted = Float64Array.from(shares[at]!).sort();
    return { low: quantile(sorted, TAIL), high: quantile(sorted, 1 - TAIL) };
  });
}

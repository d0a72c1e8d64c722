import { positivesAmong } from './cases.js';

/** Mean binary cross-entropy; probabilities are kept 1e-7 off 0 and 1, as Keras does. */
export function crossEntropyOf(probabilities: ArrayLike<number>, classes: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < classes.length; i++) {
    const probability = Math.min(1 - 1e-7, Math.max(1e-7, probabilities[i]!));
    sum -= Math.log(classes[i] === 1 ? probability : 1 - probability);
  }
  return sum / classes.length;
}

/** As training scores a batch, in which all rows count alike. */
export interface CaseLoss {
  readonly kind: 'cross-entropy' | 'focal';
  readonly focalGamma: number;
  readonly focalAlpha: number;
}

/** Mean loss of cases: cross-entropy, or focal loss (Lin et al., ICCV 2017) as Keras' BinaryFocalCrossentropy. */
export function lossOf(
  { kind, focalGamma, focalAlpha }: CaseLoss,
  probabilities: ArrayLike<number>,
  classes: ArrayLike<number>,
): number {
  if (kind === 'cross-entropy') return crossEntropyOf(probabilities, classes);
  let sum = 0;
  for (let i = 0; i < classes.length; i++) {
    const probability = Math.min(1 - 1e-7, Math.max(1e-7, probabilities[i]!));
    const own = classes[i] === 1 ? probability : 1 - probability;
    const factor = focalAlpha === 0 ? 1 : classes[i] === 1 ? focalAlpha : 1 - focalAlpha;
    // As Keras: the logarithm is kept finite, the power needs it not.
    const lacking = classes[i] === 1 ? 1 - probabilities[i]! : probabilities[i]!;
    sum -= factor * lacking ** focalGamma * Math.log(own);
  }
  return sum / classes.length;
}

/** Share of cases on the right side of 0.5. */
export function accuracyOf(probabilities: ArrayLike<number>, classes: ArrayLike<number>): number {
  let right = 0;
  for (let i = 0; i < classes.length; i++) if (probabilities[i]! >= 0.5 === (classes[i] === 1)) right++;
  return right / classes.length;
}

/** Accuracy of calling every case by the class that most have: what any accuracy is to be compared with. Throws RangeError without a case. */
export function majorityAccuracy(classes: ArrayLike<number>): number {
  if (classes.length === 0) throw new RangeError('Expected at least one case, received none');
  const share = positivesAmong(classes) / classes.length;
  return Math.max(share, 1 - share);
}

/** Shares of class 1, above 0 and below 1. */
export interface ClassShares {
  /** In the batches of training, as SAMPLING made them and class weights count them: 0.5 for `balanced` without. */
  readonly training: number;
  /** In the data that the probabilities are for. */
  readonly data: number;
}

/**
 * Probabilities as they would be, had training seen class 1 as often as the data have it: the logit moves by logit(data) - logit(training).
 * 0 and 1 stay; the order stays, and so do ROC and PR. Source: Saerens, Latinne and Decaestecker, Neural Computation 14, 2002,
 * equation 2.4. `training` is what the loss makes of the batches' share;
 * focal loss moves probabilities in its own way beside that. Throws RangeError for shares outside (0, 1) and what are no probabilities.
 * @example
 * const [probability] = correctedForShare([0.5], { training: 0.5, data: 0.1 });
 * probability.toFixed(3) //=> '0.100'
 */
export function correctedForShare(
  probabilities: ArrayLike<number>,
  { training, data }: ClassShares,
): Float64Array {
  for (const [name, share] of Object.entries({ training, data }))
    if (!(share > 0 && share < 1))
      throw new RangeError(`Expected a share of positives in ${name} above 0 and below 1, received ${share}`);
  const forPositives = data / training;
  const forNegatives = (1 - data) / (1 - training);
  return Float64Array.from(probabilities, (probability, index) => {
    if (!(probability >= 0 && probability <= 1))
      throw new RangeError(`Expected probabilities from 0 to 1, received ${probability} at ${index}`);
    // Not by logits: they are infinite at 0 and 1.
    const positive = probability * forPositives;
    return training === data ? probability : positive / (positive + (1 - probability) * forNegatives);
  });
}

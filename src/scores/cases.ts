/** Throws RangeError unless there is one class, 0 or 1, for each score, and no score is NaN. */
export function requireCases(scores: ArrayLike<number>, classes: ArrayLike<number>): void {
  if (scores.length !== classes.length)
    throw new RangeError(
      `Expected one class a score, received ${scores.length} scores and ${classes.length} classes`,
    );
  for (let i = 0; i < scores.length; i++) {
    if (Number.isNaN(scores[i]!))
      throw new RangeError(`Expected scores that are numbers, received NaN at ${i}`);
    if (classes[i] !== 0 && classes[i] !== 1)
      throw new RangeError(`Expected class 0 or 1, received ${classes[i]} at ${i}`);
  }
}

/** As requireCases(), and every score is a probability and there is at least one. */
export function requireProbabilities(probabilities: ArrayLike<number>, classes: ArrayLike<number>): void {
  requireCases(probabilities, classes);
  if (probabilities.length === 0) throw new RangeError('Expected at least one case, received none');
  for (let i = 0; i < probabilities.length; i++)
    if (!(probabilities[i]! >= 0 && probabilities[i]! <= 1))
      throw new RangeError(`Expected probabilities from 0 to 1, received ${probabilities[i]} at ${i}`);
}

/** How many of `classes` are 1. */
export function positivesAmong(classes: ArrayLike<number>): number {
  let positives = 0;
  for (let i = 0; i < classes.length; i++) if (classes[i] === 1) positives++;
  return positives;
}

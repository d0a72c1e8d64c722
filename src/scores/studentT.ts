/**
 * The 97.5 % quantile of Student's t with a whole number of degrees of freedom: 12.706 for 1, 1.960 for very many. By the finite
 * series of the distribution (Abramowitz and Stegun 26.7.3 and 26.7.4) and bisection. Throws RangeError below 1.
 */
export function studentT95(degreesOfFreedom: number): number {
  if (!Number.isInteger(degreesOfFreedom) || degreesOfFreedom < 1)
    throw new RangeError(
      `Expected a whole number of degrees of freedom from 1, received ${degreesOfFreedom}`,
    );
  let [low, high] = [0, 13];
  while (true) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (shareWithin(middle, degreesOfFreedom) < 0.95) low = middle;
    else high = middle;
  }
}

/** Probability that |t| is at most `limit`. */
function shareWithin(limit: number, degreesOfFreedom: number): number {
  const angle = Math.atan(limit / Math.sqrt(degreesOfFreedom));
  const squaredCosine = Math.cos(angle) ** 2;
  const isOdd = degreesOfFreedom % 2 === 1;
  let term = isOdd ? Math.cos(angle) : 1;
  let sum = 0;
  for (let k = isOdd ? 3 : 2; k <= degreesOfFreedom; k += 2) {
    sum += term;
    term *= squaredCosine * ((k - 1) / k);
  }
  return isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}

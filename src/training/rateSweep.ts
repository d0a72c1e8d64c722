/** One step of a sweep. */
export interface RateStep {
  readonly learningRate: number;
  readonly loss: number;
  /** Running mean of the losses up to here. */
  readonly smoothed: number;
}

/** Share of the old value in the running mean: some ten steps. */
const SMOOTHING = 0.9;
/** A mean so many times the lowest one ends a sweep. */
const DIVERGED = 4;
/** Steps whose mean is of too few losses to be judged by. */
const FIRST_STEPS = 10;
/** The mean must fall by this share for there to be something to suggest. */
const LEAST_FALL = 0.05;
/** Half a power of ten. */
const WINDOW = Math.sqrt(10);
/** Rates are rounded. */
const ALMOST = 1 - 1e-9;

/** Rates of a sweep: `steps` of them from low to high, each the same factor above the one before. */
export function ratesOf(low: number, high: number, steps: number): number[] {
  return Array.from({ length: steps }, (_, i) => low * (high / low) ** (i / Math.max(1, steps - 1)));
}

/** A sweep of rising learning rates (Smith, "Cyclical Learning Rates", WACV 2017): collects losses and says when to end. */
export class RateSweep {
  readonly steps: RateStep[] = [];
  #mean = 0;

  /** Returns whether the loss has risen so far, or is no number, that higher rates say nothing. */
  add(learningRate: number, loss: number): boolean {
    if (!Number.isFinite(loss)) return true;
    this.#mean = SMOOTHING * this.#mean + (1 - SMOOTHING) * loss;
    // The mean began at 0; what it still holds of that is taken out.
    const smoothed = this.#mean / (1 - SMOOTHING ** (this.steps.length + 1));
    this.steps.push({ learningRate, loss, smoothed });
    const lowest = Math.min(...this.steps.map((step) => step.smoothed));
    return this.steps.length > FIRST_STEPS && smoothed > DIVERGED * lowest;
  }

  /** The rate at which the running mean is lowest, from the eleventh step on; null before. */
  get lowest(): number | null {
    const judged = this.steps.slice(FIRST_STEPS);
    return judged[lowestOf(judged)]?.learningRate ?? null;
  }

  /**
   * The rate at which the loss falls most steeply for a given factor of the rate: by straight lines through the losses of all rates
   * within a factor of ten. Judged are the steps from the eleventh to the one with the lowest mean; null where the mean does not
   * fall by five per cent, or where they cover less than a factor of ten.
   */
  get suggested(): number | null {
    const judged = this.steps.slice(FIRST_STEPS);
    const falling = judged.slice(0, lowestOf(judged) + 1);
    const [first, last] = [falling[0], falling.at(-1)];
    if (first === undefined || last!.smoothed > (1 - LEAST_FALL) * first.smoothed) return null;
    const whole = falling.filter(
      ({ learningRate: rate }) =>
        rate / WINDOW >= first.learningRate * ALMOST && rate * WINDOW * ALMOST <= last!.learningRate,
    );
    const slopes = whole.map(({ learningRate }) => slopeAround(falling, learningRate));
    return whole[slopes.indexOf(Math.min(...slopes))]?.learningRate ?? null;
  }
}

function lowestOf(steps: readonly RateStep[]): number {
  return steps.reduce((best, step, i) => (step.smoothed < steps[best]!.smoothed ? i : best), 0);
}

/** Of the loss over the power of ten of the rate: the least-squares line within half a power to both sides. */
function slopeAround(steps: readonly RateStep[], rate: number): number {
  const near = steps
    .map(({ learningRate, loss }) => ({ x: Math.log10(learningRate / rate), loss }))
    .filter(({ x }) => Math.abs(x) <= 0.5 + 1e-9);
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [middle, level] = [mean(near.map(({ x }) => x)), mean(near.map(({ loss }) => loss))];
  const products = near.reduce((sum, { x, loss }) => sum + (x - middle) * (loss - level), 0);
  return products / near.reduce((sum, { x }) => sum + (x - middle) ** 2, 0);
}

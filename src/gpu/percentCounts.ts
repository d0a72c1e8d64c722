/** Of a per cent, as finely as it is counted. */
const STEPS = 100;

/** Counts values from 0 to 100 %, to a hundredth of a per cent, in bounded memory: for percentiles of logs of any size. */
export class PercentCounts {
  private readonly counts = new Float64Array(100 * STEPS + 1);
  total = 0;

  add(percent: number): void {
    this.counts[Math.round(percent * STEPS)]!++;
    this.total++;
  }

  /** The counts of several together. */
  static sum(all: readonly PercentCounts[]): PercentCounts {
    const sum = new PercentCounts();
    for (const { counts, total } of all) {
      for (let at = 0; at < counts.length; at++) sum.counts[at]! += counts[at]!;
      sum.total += total;
    }
    return sum;
  }

  /** Share of values above a bound in per cent; null of none. */
  shareAbove(bound: number): number | null {
    if (this.total === 0) return null;
    let above = 0;
    for (let at = Math.floor(bound * STEPS) + 1; at < this.counts.length; at++) above += this.counts[at]!;
    return above / this.total;
  }

  /** The quantile `q` from 0 to 1, between neighbours linear, as numpy.percentile does; null of none. */
  quantile(q: number): number | null {
    if (this.total === 0) return null;
    const place = q * (this.total - 1);
    const low = this.valueAt(Math.floor(place));
    const high = this.valueAt(Math.ceil(place));
    return low + (high - low) * (place - Math.floor(place));
  }

  private valueAt(rank: number): number {
    let seen = 0;
    for (let at = 0; at < this.counts.length; at++) {
      seen += this.counts[at]!;
      if (seen > rank) return at / STEPS;
    }
    return 100;
  }
}

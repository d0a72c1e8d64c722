/** A curve of at most so many points, in order. */
export interface CurvePoints {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Points that follow each other: the lowest and the highest of them. */
interface Bucket {
  readonly low: Point;
  readonly high: Point;
}

/** More points than a figure has pixels across show nothing more, and a page of millions does not open. */
const MOST_POINTS = 4000;

/**
 * Gathers a curve of any length, whose x ascend, in bounded memory: up to `most` points stay as they are; of more, the lowest
 * and the highest of each of equally long parts are kept, so that no peak is lost.
 */
export class ThinnedCurve {
  readonly #most: number;
  #buckets: Bucket[] = [];
  /** Points of a bucket, but for the last one. */
  #width = 1;
  #inLast = 0;

  constructor(most = MOST_POINTS) {
    this.#most = most;
  }

  add(x: number, y: number): void {
    const point = { x, y };
    const last = this.#buckets.at(-1);
    if (last === undefined || this.#inLast === this.#width) {
      this.#buckets.push({ low: point, high: point });
      this.#inLast = 1;
    } else {
      this.#buckets[this.#buckets.length - 1] = joined(last, { low: point, high: point });
      this.#inLast++;
    }
    // A bucket of one point is one point, of more it is two.
    if (this.#buckets.length > (this.#width === 1 ? this.#most : this.#most / 2)) this.#halve();
  }

  points(): CurvePoints {
    const kept = this.#buckets.flatMap(({ low, high }) => {
      if (low === high) return [low];
      return low.x <= high.x ? [low, high] : [high, low];
    });
    return { x: kept.map(({ x }) => x), y: kept.map(({ y }) => y) };
  }

  #halve(): void {
    while (this.#buckets.length > this.#most / 2) {
      const pairs: Bucket[] = [];
      const lastIsAlone = this.#buckets.length % 2 === 1;
      for (let at = 0; at < this.#buckets.length; at += 2) {
        const [first, second] = [this.#buckets[at]!, this.#buckets[at + 1]];
        pairs.push(second === undefined ? first : joined(first, second));
      }
      if (!lastIsAlone) this.#inLast += this.#width;
      this.#width *= 2;
      this.#buckets = pairs;
    }
  }
}

/** The whole of a curve at once: `x` and `y` of each point, x ascending. */
export function thinnedCurve<T>(
  points: Iterable<T>,
  x: (point: T) => number,
  y: (point: T) => number,
): CurvePoints {
  const curve = new ThinnedCurve();
  for (const point of points) curve.add(x(point), y(point));
  return curve.points();
}

function joined(a: Bucket, b: Bucket): Bucket {
  return { low: b.low.y < a.low.y ? b.low : a.low, high: b.high.y > a.high.y ? b.high : a.high };
}

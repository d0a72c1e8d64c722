/** Values over x, as a mean of neighbours. */
export interface MeanColumn {
  /** Middle of what is in it. */
  readonly x: number;
  readonly values: readonly number[];
}

interface Sums {
  from: number;
  to: number;
  count: number;
  readonly sums: Float64Array;
}

/** More than a figure shows. */
const MOST = 400;

/** Means of rows of numbers over ascending x in bounded memory: at most `most` columns, each of equally many rows but the last. */
export class MeanColumns {
  #columns: Sums[] = [];
  #width = 1;

  constructor(
    private readonly values: number,
    private readonly most = MOST,
  ) {}

  add(x: number, row: readonly number[]): void {
    const isFull = this.#columns.at(-1)?.count === this.#width;
    if (isFull && this.#columns.length === this.most) this.#halve();
    let last = this.#columns.at(-1);
    if (last === undefined || last.count === this.#width) {
      last = { from: x, to: x, count: 0, sums: new Float64Array(this.values) };
      this.#columns.push(last);
    }
    last.to = x;
    last.count++;
    for (let at = 0; at < this.values; at++) last.sums[at]! += row[at]!;
  }

  columns(): MeanColumn[] {
    return this.#columns.map(({ from, to, count, sums }) => ({
      x: (from + to) / 2,
      values: Array.from(sums, (sum) => sum / count),
    }));
  }

  /** Two neighbours become one. */
  #halve(): void {
    this.#columns = this.#columns.flatMap((column, at) => {
      if (at % 2 === 1) return [];
      const next = this.#columns[at + 1];
      if (next === undefined) return [column];
      return [
        {
          ...{ from: column.from, to: next.to, count: column.count + next.count },
          sums: column.sums.map((sum, value) => sum + next.sums[value]!),
        },
      ];
    });
    this.#width *= 2;
  }
}

/** What one track did in one column. */
export interface TrackCell {
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  /** The lowest value came before the highest. */
  readonly rises: boolean;
}

/** Some samples that follow each other, of all tracks. */
export interface TrackColumn {
  readonly from: number;
  readonly to: number;
  /** Nothing is known of what follows. */
  readonly endsInGap: boolean;
  /** By track; undefined where it has no value. */
  readonly cells: readonly (TrackCell | undefined)[];
}

interface Cell {
  low: number;
  high: number;
  sum: number;
  count: number;
  rises: boolean;
}

interface Column {
  readonly from: number;
  to: number;
  endsInGap: boolean;
  cells: (Cell | undefined)[];
  samples: number;
}

/** About as many as a figure has pixels across. */
const MOST_COLUMNS = 1024;

/**
 * Gathers tracks that are sampled together, of any length, in bounded memory: up to so many samples stay as they are; of more,
 * equally many that follow each other become one column, of which the lowest, the highest and the mean are kept.
 */
export class ThinnedTracks {
  #columns: Column[] = [];
  /** Samples of a column. */
  #width = 1;

  constructor(private readonly most = MOST_COLUMNS) {}

  /** A sample from `from` up to `to`, x ascending; undefined where a track has no value. */
  add(from: number, to: number, values: readonly (number | undefined)[], endsInGap = false): void {
    const last = this.#columns.at(-1);
    const cells = values.map((value) =>
      value === undefined ? undefined : { low: value, high: value, sum: value, count: 1, rises: true },
    );
    const column: Column = { from, to, endsInGap, cells, samples: 1 };
    if (last !== undefined && last.samples < this.#width && !last.endsInGap) join(last, column);
    else this.#columns.push(column);
    if (this.#columns.length > this.most) this.#halve();
  }

  columns(): TrackColumn[] {
    return this.#columns.map(({ from, to, endsInGap, cells }) => ({
      ...{ from, to, endsInGap },
      cells: cells.map((cell) =>
        cell === undefined
          ? undefined
          : { low: cell.low, high: cell.high, mean: cell.sum / cell.count, rises: cell.rises },
      ),
    }));
  }

  /** Columns on the two sides of a gap stay apart, as long as gaps are few. */
  #halve(): void {
    for (const keepGaps of [true, false]) {
      const joined: Column[] = [];
      for (const column of this.#columns) {
        const last = joined.at(-1);
        const fits = last !== undefined && last.samples + column.samples <= 2 * this.#width;
        if (fits && !(keepGaps && last.endsInGap)) join(last, column);
        else joined.push(column);
      }
      this.#columns = joined;
      if (joined.length <= 0.75 * this.most) break;
    }
    this.#width *= 2;
  }
}

function join(into: Column, next: Column): void {
  into.to = next.to;
  into.endsInGap = next.endsInGap;
  into.samples += next.samples;
  for (const [track, cell] of next.cells.entries()) {
    const own = into.cells[track];
    if (cell === undefined) continue;
    if (own === undefined) {
      into.cells[track] = cell;
      continue;
    }
    // Where both or neither are in the new part, what was known of their order stays.
    const [lower, higher] = [cell.low < own.low, cell.high > own.high];
    if (lower !== higher) own.rises = higher;
    else if (lower) own.rises = cell.rises;
    own.low = Math.min(own.low, cell.low);
    own.high = Math.max(own.high, cell.high);
    own.sum += cell.sum;
    own.count += cell.count;
  }
}

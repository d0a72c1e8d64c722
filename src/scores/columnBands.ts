import { select } from './select.js';

/** Over the rows of a matrix, one value a column. */
export interface ColumnBands {
  readonly mean: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Of a band's half, the part next to its end whose values are looked at first. */
const TAIL = 0.25;

/**
 * Mean, and the sorted values at floor(tail n) and floor((1 - tail) n), of each column of `matrix` (n rows, columns). Fast where
 * neighbouring columns are alike: the ends of one tell among which few values of the next its own ends will be.
 */
export function columnBands(matrix: Float64Array, columns: number, confidence: number): ColumnBands {
  const rows = matrix.length / columns;
  const tail = (1 - confidence) / 2;
  const lowest = Math.floor(tail * rows);
  const highest = Math.min(rows - 1, Math.floor((1 - tail) * rows));
  const bands = {
    mean: new Float64Array(columns),
    lower: new Float64Array(columns),
    upper: new Float64Array(columns),
  };
  const below = new Float64Array(rows);
  const above = new Float64Array(rows);
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let column = 0; column < columns; column++) {
    let [sum, few, many] = [0, 0, 0];
    for (let at = column; at < matrix.length; at += columns) {
      const value = matrix[at]!;
      sum += value;
      if (value < low) below[few++] = value;
      else if (value > high) above[many++] = value;
    }
    const mean = sum / rows;
    const fromTop = rows - highest;
    const lower =
      few > lowest ? select(below, lowest, 0, few - 1) : select(columnOf(matrix, columns, column), lowest);
    const upper =
      many >= fromTop
        ? select(above, many - fromTop, 0, many - 1)
        : select(columnOf(matrix, columns, column), highest);
    bands.mean[column] = mean;
    bands.lower[column] = lower;
    bands.upper[column] = upper;
    low = lower + TAIL * (mean - lower);
    high = upper - TAIL * (upper - mean);
  }
  return bands;
}

function columnOf(matrix: Float64Array, columns: number, column: number): Float64Array {
  return Float64Array.from({ length: matrix.length / columns }, (_, row) => matrix[row * columns + column]!);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { columnBands } from '../../src/scores/columnBands.js';

test('columnBands() are mean and sorted values, for columns that are alike, that jump, and that are constant', () => {
  const random = createRandom('column bands');
  const [rows, columns] = [200, 60];
  const noise = Array.from({ length: rows }, () => random.normal());
  const value = (row: number, column: number): number => {
    if (column < 20) return noise[row]! + 0.01 * column + 0.01 * random.normal();
    if (column < 30) return 7;
    return column % 2 === 0 ? random.integer(4) : 1000 * random.normal();
  };
  const matrix = Float64Array.from({ length: rows * columns }, (_, i) =>
    value(Math.floor(i / columns), i % columns),
  );
  const bands = columnBands(matrix, columns, 0.95);
  for (let column = 0; column < columns; column++) {
    const sorted = Float64Array.from({ length: rows }, (_, row) => matrix[row * columns + column]!).sort();
    assert.equal(bands.lower[column], sorted[5], `lower end of column ${column}`);
    assert.equal(bands.upper[column], sorted[195], `upper end of column ${column}`);
    assert.ok(Math.abs(bands.mean[column]! - sorted.reduce((sum, each) => sum + each, 0) / rows) < 1e-9);
  }
});

test('columnBands() of one row is that row', () => {
  const { mean, lower, upper } = columnBands(Float64Array.of(3, 4), 2, 0.95);
  for (const values of [mean, lower, upper]) assert.deepEqual([...values], [3, 4]);
});

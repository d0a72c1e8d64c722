import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromUpright, uprightBelow, uprightGrid } from '../../src/lungs/uprightGrid.js';
import type { Matrix3, Volume } from '../../src/volumes/voxels/volume.js';

function numbered(direction: Matrix3): Volume {
  return {
    size: [2, 3, 4],
    spacingMm: [1, 2, 3],
    originMm: [0, 0, 0],
    direction,
    data: Int16Array.from({ length: 24 }, (_, i) => i),
  };
}

test('uprightGrid() exchanges and flips axes so that they run along the world', () => {
  assert.deepEqual(uprightGrid(numbered([1, 0, 0, 0, 1, 0, 0, 0, 1])), {
    size: [2, 3, 4],
    spacingMm: [1, 2, 3],
    start: 0,
    steps: [1, 2, 6],
  });
  // Voxel axis x runs along -z of the world, y along x, z along -y.
  assert.deepEqual(uprightGrid(numbered([0, 1, 0, 0, 0, -1, -1, 0, 0])), {
    size: [3, 4, 2],
    spacingMm: [2, 3, 1],
    start: 18 + 1,
    steps: [2, -6, -1],
  });
});

test('uprightGrid() takes the nearest axis of an oblique scan, each once', () => {
  const c = Math.cos(0.7);
  const s = Math.sin(0.7);
  for (const direction of [
    [c, -s, 0, s, c, 0, 0, 0, 1],
    [1, 0, 0, 0, c, -s, 0, s, c],
    [c, 0, s, 0, 1, 0, -s, 0, c],
  ] as Matrix3[])
    assert.deepEqual(uprightGrid(numbered(direction)).size, [2, 3, 4], String(direction));
});

test('fromUpright() undoes uprightBelow(), whose threshold is not in it', () => {
  for (const direction of [
    [1, 0, 0, 0, 1, 0, 0, 0, 1],
    [0, 1, 0, 0, 0, -1, -1, 0, 0],
    [-1, 0, 0, 0, -1, 0, 0, 0, 1],
  ] as Matrix3[]) {
    const volume = numbered(direction);
    const grid = uprightGrid(volume);
    const below = uprightBelow(volume, grid, 7);
    assert.deepEqual(
      Array.from(fromUpright(below, grid)),
      Array.from(volume.data as Int16Array, (value) => (value < 7 ? 1 : 0)),
    );
  }
});

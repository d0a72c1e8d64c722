import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { BLOCK, emptyBlocks, fillBlocks, withNeighbours } from '../../src/widgets/blockGrid.js';

test('blocks know the highest value in and beside them, however the slices come, and where the mask is', () => {
  const random = createRandom('blocks');
  const size = [19, 9, 26] as const;
  const plane = size[0] * size[1];
  const hu = Int16Array.from({ length: plane * size[2] }, () => random.integer(4000) - 1024);
  const mask = Uint8Array.from(hu, () => (random.uniform() < 0.002 ? 255 : 0));
  const blocks = emptyBlocks(size);
  for (const [first, end] of [
    [16, 26],
    [0, 16],
  ] as const)
    fillBlocks(
      blocks,
      size,
      first,
      hu.subarray(first * plane, end * plane),
      mask.subarray(first * plane, end * plane),
    );
  const { values } = withNeighbours(blocks);
  const [columns, rows, layers] = blocks.size;
  assert.deepEqual(blocks.size, [3, 2, 4]);
  for (let block = 0; block < columns * rows * layers; block++) {
    const at = [block % columns, Math.floor(block / columns) % rows, Math.floor(block / (columns * rows))];
    let [highest, masked] = [-1e6, 0];
    for (const [voxel, value] of hu.entries()) {
      const place = [voxel % size[0], Math.floor(voxel / size[0]) % size[1], Math.floor(voxel / plane)];
      if (place.some((index, axis) => Math.abs(Math.floor(index / BLOCK) - at[axis]!) > 1)) continue;
      highest = Math.max(highest, value);
      if (mask[voxel]! > 0) masked = 1;
    }
    assert.deepEqual([values[2 * block], values[2 * block + 1]], [highest, masked], `${at}`);
  }
});

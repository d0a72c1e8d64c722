import type { Vector3 } from '../volumes/voxels/volume.js';

/** Voxels along an edge of a block, whose highest value is known: rays leap over blocks that change nothing. */
export const BLOCK = 8;

export interface BlockGrid {
  readonly size: Vector3;
  /** Of each block highest HU and mask, by turns: -infinity where nothing has come, mask 1 where some of it is above 0. */
  readonly values: Float32Array;
}

export function emptyBlocks(size: Vector3): BlockGrid {
  const cells = size.map((count) => Math.ceil(count / BLOCK)) as unknown as Vector3;
  const values = new Float32Array(2 * cells[0] * cells[1] * cells[2]);
  for (let at = 0; at < values.length; at += 2) values[at] = -1e6;
  return { size: cells, values };
}

/** Takes in some slices, from `first` on, which begins a block. */
export function fillBlocks(
  { size: [columns, rows], values }: BlockGrid,
  [width, height]: Vector3,
  first: number,
  hu: Int16Array,
  mask: Uint8Array,
): void {
  const rowsHere = hu.length / width;
  for (let row = 0; row < rowsHere; row++) {
    const z = first + Math.floor(row / height);
    const start = 2 * (Math.floor(z / BLOCK) * rows + Math.floor((row % height) / BLOCK)) * columns;
    for (let block = 0, voxel = row * width; block < columns; block++) {
      const end = Math.min((row + 1) * width, voxel + BLOCK);
      let most = -32_768;
      for (; voxel < end; voxel++) if (hu[voxel]! > most) most = hu[voxel]!;
      if (most > values[start + 2 * block]!) values[start + 2 * block] = most;
    }
    // Without a mask it is empty.
    if (mask.length > 0)
      for (let x = 0, voxel = row * width; x < width; x++, voxel++)
        if (mask[voxel]! > 0) values[start + 2 * (x >> 3) + 1] = 1;
  }
}

/** The highest of each block and its neighbours: values between voxels reach into them. */
export function withNeighbours({ size, values }: BlockGrid): BlockGrid {
  let from = values;
  for (const [axis, stride] of [2, 2 * size[0], 2 * size[0] * size[1]].entries()) {
    const to = from.slice();
    const count = size[axis]!;
    for (let at = 0; at < from.length; at++) {
      const place = Math.floor(at / stride) % count;
      if (place > 0) to[at] = Math.max(to[at]!, from[at - stride]!);
      if (place < count - 1) to[at] = Math.max(to[at]!, from[at + stride]!);
    }
    from = to;
  }
  return { size, values: from };
}

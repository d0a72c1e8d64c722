import { rowRequests } from '../feed/batches.js';
import type { RowFeed } from '../feed/rowFeed.js';
import type { predictRows } from '../training/predictRows.js';
import type { Learner } from '../training/step/learner.js';

/** Of whose images of a patch the probabilities are averaged: its 8 flips, or the 48 symmetries of a cube. */
export const SYMMETRY_GROUPS = ['flips', 'cube'] as const;

/** One of the groups. */
export type SymmetryGroup = (typeof SYMMETRY_GROUPS)[number];

const AXIS_ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/**
 * For each symmetry where each voxel of its image comes from, by index (z, y, x; x fastest): the patch as it is first. Throws
 * RangeError for the symmetries of a cube on a patch that is none.
 */
export function symmetriesOf(
  group: SymmetryGroup,
  [depth, height, width]: readonly [number, number, number],
): Uint32Array[] {
  if (group === 'cube' && (depth !== height || height !== width))
    throw new RangeError(
      `Expected patches of equal sides for the symmetries of a cube, received ${width}x${height}x${depth}; take flips`,
    );
  const size = [depth, height, width] as const;
  const strides = [height * width, width, 1] as const;
  const orders = group === 'cube' ? AXIS_ORDERS : AXIS_ORDERS.slice(0, 1);
  return orders.flatMap((order) =>
    Array.from({ length: 8 }, (_, flips) => {
      const from = new Uint32Array(depth * height * width);
      let target = 0;
      for (let a = 0; a < depth; a++)
        for (let b = 0; b < height; b++)
          for (let c = 0; c < width; c++) {
            let at = 0;
            for (const [axis, index] of [a, b, c].entries()) {
              const source = order[axis]!;
              at += strides[source]! * ((flips >> axis) & 1 ? size[source]! - 1 - index : index);
            }
            from[target++] = at;
          }
      return from;
    }),
  );
}

/**
 * As predictRows(), with the mean of the probabilities of all images of each patch; takes as many times as long as there are images.
 * Throws InterruptedError, RangeError.
 */
export async function predictSymmetric(
  learner: Learner,
  feed: RowFeed,
  rows: Uint32Array,
  options: Parameters<typeof predictRows>[3] & {
    readonly group: SymmetryGroup;
    /** Voxels of a patch: z, y, x. */
    readonly size: readonly [number, number, number];
  },
): Promise<Float32Array> {
  const symmetries = symmetriesOf(options.group, options.size);
  const voxels = symmetries[0]!.length;
  const image = new Int16Array(learner.batchSize * voxels);
  const means = new Float32Array(rows.length);
  let done = 0;
  for await (const { inputHu, rows: some } of feed.batches(
    rowRequests(rows, learner.batchSize),
    options.signal,
  )) {
    const sums = new Float64Array(some.length);
    for (const from of symmetries) {
      for (let row = 0; row < some.length; row++)
        for (let i = 0; i < voxels; i++) image[row * voxels + i] = inputHu[row * voxels + from[i]!]!;
      const { probabilities } = await learner.predict(image, some.length);
      for (let row = 0; row < some.length; row++) sums[row]! += probabilities[row]!;
    }
    for (let row = 0; row < some.length; row++) means[done + row] = sums[row]! / symmetries.length;
    done += some.length;
    options.onRows?.(done);
  }
  return means;
}

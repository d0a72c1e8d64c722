import type { Vector3 } from '../volumes/voxels/volume.js';
import { type Runs, runsOf } from './components.js';

/**
 * Adds every voxel whose centre lies within `radiusMm` of the centre of a set one: a ball in mm, whatever the spacing.
 * Each run is widened onto the rows around it; starts and ends are counted, so that the cost does not grow with run lengths.
 */
export function dilate(mask: Uint8Array, size: Vector3, spacingMm: Vector3, radiusMm: number): Uint8Array {
  const runs = runsOf(mask, size);
  const [width, height, depth] = size;
  const dilated = new Uint8Array(mask.length);
  const reach = Math.min(depth - 1, Math.floor(radiusMm / spacingMm[2] + 1e-9));
  // Row by row of one slice: +1 where a widened run begins, -1 behind its end.
  const changes = new Int32Array((width + 1) * height);
  for (let z = 0; z < depth; z++) {
    changes.fill(0);
    for (let from = Math.max(0, z - reach); from <= Math.min(depth - 1, z + reach); from++)
      widen(runs, from, changes, spacingMm, radiusMm * radiusMm - ((z - from) * spacingMm[2]) ** 2);
    for (let y = 0; y < height; y++) {
      let open = 0;
      for (let x = 0; x < width; x++) {
        open += changes[y * (width + 1) + x]!;
        if (open > 0) dilated[(z * height + y) * width + x] = 1;
      }
    }
  }
  return dilated;
}

/** Counts the runs of slice `z`, widened by a disc of the squared radius. */
function widen(
  { size, first, end, rowStart }: Runs,
  z: number,
  changes: Int32Array,
  spacingMm: Vector3,
  squaredMm: number,
): void {
  const [width, height] = size;
  // A hair more, so that a distance of exactly the radius counts whatever the rounding.
  const disc = squaredMm + 1e-9;
  const reach = Math.floor(Math.sqrt(disc) / spacingMm[1]);
  for (let dy = -reach; dy <= reach; dy++) {
    const wider = Math.floor(Math.sqrt(Math.max(0, disc - (dy * spacingMm[1]) ** 2)) / spacingMm[0]);
    for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
      const row = z * height + y;
      const target = (y + dy) * (width + 1);
      for (let run = rowStart[row]!; run < rowStart[row + 1]!; run++) {
        const from = first[run]! - row * width - wider;
        const to = end[run]! - row * width + wider;
        changes[target + Math.max(from, 0)]! += 1;
        changes[target + Math.min(to, width)]! -= 1;
      }
    }
  }
}

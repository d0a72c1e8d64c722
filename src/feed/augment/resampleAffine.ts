import { AIR_HU, roundHalfEven } from '../../volumes/voxels/storedHu.js';
import type { Matrix3, Vector3 } from '../../volumes/voxels/volume.js';
import type { AffineMap } from './affine.js';
import type { PatchShape } from './patchShape.js';

/** Of x, y, z: 12 numbers. */
type Rows = readonly [...Matrix3, ...Vector3];

let padded = new Int16Array(0);

/**
 * Moves a patch by an affine map, in place: trilinear in float64, rounded half to even; all voxels outside the patch are
 * -1000 HU, and the border voxels blend into them (scipy's mode `grid-constant`).
 */
export function resampleAffine(into: Int16Array, at: number, shape: PatchShape, map: AffineMap): void {
  const { dim, slices } = shape;
  const source = withBorder(into, at, shape);
  const edge = dim + 2;
  const area = edge * edge;
  const [xx, xy, xz, x0, yx, yy, yz, y0, zx, zy, zz, z0] = map as Rows;
  let row = at;
  for (let z = 0; z < slices; z++)
    for (let y = 0; y < dim; y++, row += dim) {
      // Places in the copy with its border, hence + 1; from a row's number anew, so that errors do not add up.
      const px = xy * y + xz * z + x0 + 1;
      const py = yy * y + yz * z + y0 + 1;
      const pz = zy * y + zz * z + z0 + 1;
      const from = Math.max(
        firstInside(xx, px, dim + 1, dim),
        firstInside(yx, py, dim + 1, dim),
        firstInside(zx, pz, slices + 1, dim),
      );
      const to = Math.min(
        endInside(xx, px, dim + 1, dim),
        endInside(yx, py, dim + 1, dim),
        endInside(zx, pz, slices + 1, dim),
      );
      if (from >= to) {
        into.fill(AIR_HU, row, row + dim);
        continue;
      }
      if (from > 0) into.fill(AIR_HU, row, row + from);
      if (to < dim) into.fill(AIR_HU, row + to, row + dim);
      for (let x = from; x < to; x++) {
        const sx = xx * x + px;
        const sy = yx * x + py;
        const sz = zx * x + pz;
        const ix = sx | 0;
        const iy = sy | 0;
        const iz = sz | 0;
        const fx = sx - ix;
        const fy = sy - iy;
        const i = iz * area + iy * edge + ix;
        const a = source[i]!;
        const b = source[i + edge]!;
        const c = source[i + area]!;
        const d = source[i + area + edge]!;
        const low = a + fx * (source[i + 1]! - a);
        const lowNext = b + fx * (source[i + edge + 1]! - b);
        const high = c + fx * (source[i + area + 1]! - c);
        const highNext = d + fx * (source[i + area + edge + 1]! - d);
        const below = low + fy * (lowNext - low);
        into[row + x] = roundHalfEven(below + (sz - iz) * (high + fy * (highNext - high) - below));
      }
    }
}

/** The lowest x in [0, count] from which on 0 <= slope * x + start < end, as far as this side decides. */
function firstInside(slope: number, start: number, end: number, count: number): number {
  if (slope === 0) return start >= 0 && start < end ? 0 : count;
  const bound = slope > 0 ? -start / slope : (end - start) / slope;
  let x = Math.max(0, Math.min(count, Math.ceil(bound) - 1));
  // Division rounds: the loop's own numbers decide.
  while (x < count && (slope > 0 ? slope * x + start < 0 : slope * x + start >= end)) x++;
  return x;
}

/** The first x in [0, count] that is outside again. */
function endInside(slope: number, start: number, end: number, count: number): number {
  if (slope === 0) return start >= 0 && start < end ? count : 0;
  const bound = slope > 0 ? (end - start) / slope : -start / slope;
  let x = Math.max(0, Math.min(count, Math.floor(bound) + 2));
  while (x > 0 && (slope > 0 ? slope * (x - 1) + start >= end : slope * (x - 1) + start < 0)) x--;
  return x;
}

/** A copy with a border of air, one voxel wide, in memory that the next call uses again. */
function withBorder(from: Int16Array, at: number, { dim, slices }: PatchShape): Int16Array {
  const edge = dim + 2;
  const length = edge * edge * (slices + 2);
  if (padded.length !== length) padded = new Int16Array(length);
  padded.fill(AIR_HU);
  for (let z = 0; z < slices; z++)
    for (let y = 0; y < dim; y++) {
      const source = at + (z * dim + y) * dim;
      padded.set(from.subarray(source, source + dim), ((z + 1) * edge + y + 1) * edge + 1);
    }
  return padded;
}

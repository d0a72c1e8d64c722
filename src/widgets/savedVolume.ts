import { deflateRawSync } from 'node:zlib';
import { type Overlay, overlaySlice } from '../figures/slices/overlaySlice.js';
import type { PlaneAxes } from '../figures/slices/planeAxes.js';
import { voxelToWorld } from '../volumes/voxels/geometry.js';
import type { Geometry, Vector3, Volume } from '../volumes/voxels/volume.js';
import type { SavedVolume } from './viewerState.js';

/** Of both together, before base64: with a page's own style and pictures a page of one scan stays below 3 MB. */
const MOST_BYTES = 1e6;
/** Means are kept to so many HU: what lies below is noise, and would be half of the bytes. */
const MEAN_STEP_HU = 4;
/** Bytes of a voxel of a CT, packed: where the search for a size begins. */
const BYTES_PER_MEAN = 0.6;

/** The voxels themselves where they take less than `mostBytes`, else means of blocks that are about as long as wide. */
export function savedVolume(volume: Volume, overlay?: Overlay, mostBytes = MOST_BYTES): SavedVolume {
  const voxels = volume.data.length;
  const exact = voxels <= 2 * mostBytes ? packed(volume, [1, 1, 1], mostBytes, overlay) : undefined;
  if (exact !== undefined) return exact;
  const [x, y, z] = volume.spacingMm;
  let edgeMm = Math.cbrt((x * y * z * voxels * BYTES_PER_MEAN) / mostBytes);
  for (;;) {
    const means = blocksOf(volume, edgeMm);
    const found = means.some((count) => count > 1) ? packed(volume, means, mostBytes, overlay) : undefined;
    if (found !== undefined) return found;
    edgeMm *= 1.15;
  }
}

/** Undefined where it takes too much. */
function packed(
  volume: Volume,
  means: Vector3,
  mostBytes: number,
  overlay?: Overlay,
): SavedVolume | undefined {
  const geometry = coarser(volume, means);
  const step = means.every((count) => count === 1) ? 1 : MEAN_STEP_HU;
  const hu = deflated(differences(meanValues(volume, geometry.size, means, step), geometry.size[0]));
  const over = overlay && deflated(overlayValues(geometry, overlay.volume));
  if (hu.length + (over?.length ?? 0) > mostBytes) return undefined;
  return { geometry, means, hu: hu.toString('base64'), ...(over && { overlay: over.toString('base64') }) };
}

/** Voxels along each axis of blocks that are about `edgeMm` long, wide and high. */
export function blocksOf({ size, spacingMm }: Geometry, edgeMm: number): Vector3 {
  const along = (axis: 0 | 1 | 2): number =>
    Math.min(size[axis], Math.max(1, Math.round(edgeMm / spacingMm[axis])));
  return [along(0), along(1), along(2)];
}

/** The grid of the blocks; what is left over at the far ends is left out. */
export function coarser({ size, spacingMm, originMm, direction }: Geometry, means: Vector3): Geometry {
  const each = (of: (axis: 0 | 1 | 2) => number): Vector3 => [of(0), of(1), of(2)];
  const middle = each((axis) => (means[axis] - 1) / 2);
  return {
    size: each((axis) => Math.floor(size[axis] / means[axis])),
    spacingMm: each((axis) => spacingMm[axis] * means[axis]),
    originMm: voxelToWorld({ size, spacingMm, originMm, direction }, middle),
    direction,
  };
}

/** Means of blocks, in steps of `step`. */
export function meanValues(
  { data, size }: Pick<Volume, 'data' | 'size'>,
  [width, height, depth]: Vector3,
  means: Vector3,
  step: number,
): Int16Array {
  const [fx, fy, fz] = means;
  const values = new Int16Array(width * height * depth);
  const row = new Float64Array(width);
  const count = fx * fy * fz;
  for (let z = 0, at = 0; z < depth; z++)
    for (let y = 0; y < height; y++) {
      row.fill(0);
      for (let dz = 0; dz < fz; dz++)
        for (let dy = 0; dy < fy; dy++) {
          let voxel = ((z * fz + dz) * size[1] + y * fy + dy) * size[0];
          for (let x = 0; x < width; x++) for (let dx = 0; dx < fx; dx++) row[x]! += data[voxel++]!;
        }
      for (let x = 0; x < width; x++)
        values[at++] = Math.max(-32_768, Math.min(32_767, step * Math.round(row[x]! / count / step)));
    }
  return values;
}

/** Neighbours differ by little: their differences are half as long when deflated. */
function differences(values: Int16Array, width: number): Uint8Array {
  const steps = new Int16Array(values.length);
  for (let at = 0; at < values.length; at++)
    steps[at] = values[at]! - (at % width === 0 ? 0 : values[at - 1]!);
  // All low bytes, then all high ones, which are mostly 0 or -1.
  const bytes = new Uint8Array(2 * steps.length);
  for (let at = 0; at < steps.length; at++) {
    bytes[at] = steps[at]! & 255;
    bytes[steps.length + at] = (steps[at]! >> 8) & 255;
  }
  return bytes;
}

const ALONG_AXES: PlaneAxes = {
  name: 'axial',
  right: { axis: 0, sign: 1 },
  down: { axis: 1, sign: 1 },
  through: { axis: 2, sign: 1 },
};

function overlayValues(geometry: Geometry, overlay: Volume): Uint8Array {
  const [width, height, depth] = geometry.size;
  const values = new Uint8Array(width * height * depth);
  for (let z = 0; z < depth; z++)
    values.set(overlaySlice(geometry, overlay, ALONG_AXES, z), z * width * height);
  return values;
}

function deflated(bytes: Uint8Array): Buffer {
  return deflateRawSync(bytes, { level: 6 });
}

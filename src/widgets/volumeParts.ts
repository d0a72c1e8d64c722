import type { Geometry, Vector3, Volume } from '../volumes/voxels/volume.js';
import { BLOCK } from './blockGrid.js';
import { blocksOf, coarser, meanValues } from './savedVolume.js';
import { huBytes } from './viewerSlices.js';
import { slicesIn, type VolumeScan } from './volumeState.js';

/** A volume as it is sent to a page. */
export interface ShownVolume {
  readonly geometry: Geometry;
  readonly data: Volume['data'];
  readonly mask: Uint8Array | undefined;
  /** So many voxels of the scan along each axis are one. */
  readonly means: Vector3;
}

/** A graphics card has room for them, at 2 bytes a voxel, and a page at 5. */
const MOST_VOXELS = 200e6;
/** A part's bytes: small enough for others' messages to pass between. Parts begin with a block. */
const PART_BYTES = 8e6;

/** The volume itself, or means of blocks where it would be too large for a page. */
export function reducedForView(
  volume: Volume,
  mask: Uint8Array | undefined,
  most = MOST_VOXELS,
): ShownVolume {
  const { size, spacingMm, originMm, direction, data } = volume;
  const geometry = { size, spacingMm, originMm, direction };
  if (data.length <= most) return { geometry, data, mask, means: [1, 1, 1] };
  const [x, y, z] = spacingMm;
  for (let edgeMm = Math.cbrt((x * y * z * data.length) / most); ; edgeMm *= 1.1) {
    const means = blocksOf(geometry, edgeMm);
    const small = coarser(geometry, means);
    const [width, height, depth] = small.size;
    if (width * height * depth > most) continue;
    return {
      ...{ geometry: small, means, data: meanValues(volume, small.size, means, 1) },
      mask: mask && mostly(meanValues({ size, data: mask.map(byteOf) }, small.size, means, 1)),
    };
  }
}

const byteOf = (value: number): number => (value > 0 ? 255 : 0);

function mostly(shares: Int16Array): Uint8Array {
  return Uint8Array.from(shares, (share) => (share >= 128 ? 1 : 0));
}

export function slicesOfPart([width, height]: Vector3): number {
  return Math.max(1, Math.floor(PART_BYTES / (2 * width * height * BLOCK))) * BLOCK;
}

/** The part's voxels as they travel: int16 HU, little-endian, in their order. */
export function valuesOfPart(
  { data, geometry: { size } }: ShownVolume,
  scan: VolumeScan,
  part: number,
): Uint8Array {
  const [first, count] = slicesIn(scan, part);
  const plane = size[0] * size[1];
  return huBytes(data.slice(first * plane, (first + count) * plane));
}

/** The part's mask, a byte a voxel; empty without one. */
export function maskOfPart(
  { mask, geometry: { size } }: ShownVolume,
  scan: VolumeScan,
  part: number,
): Uint8Array {
  if (mask === undefined) return new Uint8Array(0);
  const [first, count] = slicesIn(scan, part);
  const plane = size[0] * size[1];
  return mask.slice(first * plane, (first + count) * plane);
}

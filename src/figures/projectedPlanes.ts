import type { Volume } from '../volumes/volume.js';
import { greyOf, type WindowHu } from './picture.js';
import { pixelAlong } from './planeAxes.js';
import type { SlicePlane } from './slicePlane.js';

/**
 * The planes with, in place of their slices, the highest value along the way through the volume; where a mask is given, of the
 * voxels where it is above 0. Nothing lies off such a plane.
 */
export function projectedPlanes(
  volume: Volume,
  planes: readonly SlicePlane[],
  window: WindowHu,
  mask?: Uint8Array,
): SlicePlane[] {
  const highest = planes.map(({ image }) => new Float64Array(image.width * image.height).fill(-Infinity));
  const steps = planes.map((plane) => pixelSteps(volume, plane));
  const [width, height, depth] = volume.size;
  const { data } = volume;
  for (let z = 0, voxel = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (const [at, values] of highest.entries()) {
        const { first, along } = steps[at]!;
        let pixel = first + y * along[1] + z * along[2];
        const end = voxel + width;
        for (let i = voxel; i < end; i++, pixel += along[0])
          if (data[i]! > values[pixel]! && (mask === undefined || mask[i]! > 0)) values[pixel] = data[i]!;
        if (at === highest.length - 1) voxel = end;
      }
  return planes.map((plane, at) => ({
    ...plane,
    image: { ...plane.image, data: Uint8Array.from(highest[at]!, (hu) => greyOf(hu, window)) },
    placeOf: (worldMm) => ({ ...plane.placeOf(worldMm), offMm: 0 }),
  }));
}

/** Pixel of voxel 0, 0, 0, and how far a voxel along x, y and z leads. */
function pixelSteps(
  { size }: Volume,
  { axes: { right, down }, image: { width } }: SlicePlane,
): { readonly first: number; readonly along: readonly [number, number, number] } {
  const along: [number, number, number] = [0, 0, 0];
  along[right.axis] = right.sign;
  along[down.axis] = down.sign * width;
  return { first: pixelAlong(down, size, 0) * width + pixelAlong(right, size, 0), along };
}

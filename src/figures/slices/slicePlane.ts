import { worldToVoxel } from '../../volumes/voxels/geometry.js';
import type { Vector3, Volume, VoxelArray } from '../../volumes/voxels/volume.js';
import { greyOf, type WindowHu } from '../drawing/picture.js';
import type { PixelImage } from '../drawing/pixelImage.js';
import {
  type PlaneAxes,
  type PlaneLetters,
  type PlaneName,
  pixelAlong,
  planeAxes,
  planeLetters,
  type VoxelAxis,
} from './planeAxes.js';

/** One slice of a scan, turned as it is looked at; pixels are voxels. */
export interface SlicePlane {
  readonly name: PlaneName;
  readonly axes: PlaneAxes;
  /** Voxel along the axis through the plane. */
  readonly level: number;
  readonly image: PixelImage;
  readonly widthMm: number;
  readonly heightMm: number;
  readonly letters: PlaneLetters;
  /** Place of a world position in the picture, mm from its top left corner, and its distance from the plane. */
  readonly placeOf: (worldMm: Vector3) => {
    readonly xMm: number;
    readonly yMm: number;
    readonly offMm: number;
  };
}

/** The slice through the voxel nearest to a world position. Oblique scans are cut along the voxel axis nearest to the plane. */
export function slicePlane(
  volume: Volume,
  name: PlaneName,
  throughWorldMm: Vector3,
  window: WindowHu,
): SlicePlane {
  const axes = planeAxes(volume, name);
  const { right, down, through } = axes;
  const { size, spacingMm } = volume;
  const center = worldToVoxel(volume, throughWorldMm);
  const level = Math.min(size[through.axis] - 1, Math.max(0, Math.round(center[through.axis])));
  const [width, height] = [size[right.axis], size[down.axis]];
  const along = (axis: VoxelAxis, voxel: Vector3): number =>
    (pixelAlong(axis, size, voxel[axis.axis]) + 0.5) * spacingMm[axis.axis];
  return {
    ...{ name, axes, level },
    image: {
      width,
      height,
      data: Uint8Array.from(sliceValues(volume, axes, level), (hu) => greyOf(hu, window)),
    },
    widthMm: width * spacingMm[right.axis],
    heightMm: height * spacingMm[down.axis],
    letters: planeLetters(volume, axes),
    placeOf: (worldMm) => {
      const voxel = worldToVoxel(volume, worldMm);
      return {
        xMm: along(right, voxel),
        yMm: along(down, voxel),
        offMm: Math.abs(voxel[through.axis] - level) * spacingMm[through.axis],
      };
    },
  };
}

/** The voxels of a slice, row after row from the top left, as seen. */
export function sliceValues(
  { data, size }: Volume,
  { right, down, through }: PlaneAxes,
  level: number,
): VoxelArray {
  const stride: Vector3 = [1, size[0], size[0] * size[1]];
  const [width, height] = [size[right.axis], size[down.axis]];
  const pixels = new (data.constructor as new (length: number) => VoxelArray)(width * height);
  const step = right.sign * stride[right.axis];
  const first = level * stride[through.axis] + (right.sign > 0 ? 0 : (width - 1) * stride[right.axis]);
  for (let row = 0, pixel = 0; row < height; row++) {
    let voxel = first + (down.sign > 0 ? row : height - 1 - row) * stride[down.axis];
    for (let column = 0; column < width; column++, pixel++, voxel += step) pixels[pixel] = data[voxel]!;
  }
  return pixels;
}

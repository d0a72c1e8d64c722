import { overlaySlice } from '../figures/slices/overlaySlice.js';
import type { PlaneAxes } from '../figures/slices/planeAxes.js';
import { sliceValues } from '../figures/slices/slicePlane.js';
import type { Volume, VoxelArray } from '../volumes/voxels/volume.js';
import type { SliceRequest, ViewerScan } from './viewerState.js';

/** One slice as it travels: int16 HU, little-endian, row after row from the top left as seen. */
export function sliceBytes(volume: Volume, scan: ViewerScan, slice: SliceRequest): Uint8Array {
  return huBytes(sliceValues(volume, axesOf(scan, slice), slice.level));
}

/** Values that nobody else holds, as they travel. */
export function huBytes(values: VoxelArray): Uint8Array {
  const hu =
    values instanceof Int16Array
      ? values
      : Int16Array.from(values, (value) => Math.max(-32_768, Math.min(32_767, Math.round(value))));
  return new Uint8Array(hu.buffer);
}

/** What lies over it, a byte a pixel. */
export function overlayBytes(overlay: Volume, scan: ViewerScan, slice: SliceRequest): Uint8Array {
  return overlaySlice(scan, overlay, axesOf(scan, slice), slice.level);
}

export function axesOf({ planes }: ViewerScan, { plane }: SliceRequest): PlaneAxes {
  return planes.find(({ name }) => name === plane)!;
}

export function isSliceOf({ planes, size }: ViewerScan, { plane, level }: SliceRequest): boolean {
  const axes = planes.find(({ name }) => name === plane);
  return axes !== undefined && Number.isInteger(level) && level >= 0 && level < size[axes.through.axis];
}

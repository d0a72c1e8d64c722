import type { Geometry } from '../voxels/volume.js';

/** One label of a segmentation. */
export interface SegmentMask {
  /** Its number in the file, from 1. */
  readonly label: number;
  /** Empty where the format has no names. */
  readonly name: string;
  /** Of the part of the grid that holds it. */
  readonly geometry: Geometry;
  /** 1 = set; z, y, x with x fastest. */
  readonly mask: Uint8Array;
}

/** Three numbers in the order x, y, z. */
export type Vector3 = readonly [number, number, number];

/** 3 x 3, row-major; column j is the world direction of voxel axis j (as SimpleITK's GetDirection). */
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number];

/** Where a grid of voxels lies in the world (LPS, as ITK and LUNA16). */
export interface Geometry {
  /** Voxels along x, y, z. */
  readonly size: Vector3;
  readonly spacingMm: Vector3;
  /** World position of the centre of voxel (0, 0, 0). */
  readonly originMm: Vector3;
  readonly direction: Matrix3;
}

/** Element types that scans come in. */
export type VoxelArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** Values that are drawn black and white. */
export interface DisplayWindow {
  readonly low: number;
  readonly high: number;
}

/** A scan: its voxels (z, y, x with x fastest, as ITK's buffers; Hounsfield units for CT) and its geometry. */
export interface Volume extends Geometry {
  readonly data: VoxelArray;
  /** How its file asks to be looked at (DICOM's window of the middle slice), in the voxels' unit. */
  readonly displayWindow?: DisplayWindow;
}

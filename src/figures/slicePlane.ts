import { worldToVoxel } from '../volumes/geometry.js';
import type { Geometry, Vector3, Volume } from '../volumes/volume.js';
import { greyOf, type WindowHu } from './picture.js';
import type { GrayImage } from './png.js';

export type PlaneName = 'axial' | 'coronal' | 'sagittal';

/** Patient axes of a plane as shown: x to the left of the patient, y to the back, z to the head (LPS). */
interface PlaneAxes {
  readonly right: PatientDirection;
  readonly down: PatientDirection;
  readonly through: 0 | 1 | 2;
}
interface PatientDirection {
  readonly axis: 0 | 1 | 2;
  readonly sign: 1 | -1;
}

/** As a radiologist looks: from the feet, from the front, from the left; the head up. */
const PLANES: Readonly<Record<PlaneName, PlaneAxes>> = {
  axial: { right: { axis: 0, sign: 1 }, down: { axis: 1, sign: 1 }, through: 2 },
  coronal: { right: { axis: 0, sign: 1 }, down: { axis: 2, sign: -1 }, through: 1 },
  sagittal: { right: { axis: 1, sign: 1 }, down: { axis: 2, sign: -1 }, through: 0 },
};

/** One slice of a scan, turned as it is looked at; pixels are voxels. */
export interface SlicePlane {
  readonly name: PlaneName;
  readonly image: GrayImage;
  readonly widthMm: number;
  readonly heightMm: number;
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
  const { right, down, through } = PLANES[name];
  const [u, v, w] = [
    voxelAxis(volume, right),
    voxelAxis(volume, down),
    voxelAxis(volume, { axis: through, sign: 1 }),
  ];
  const { size, spacingMm, data } = volume;
  const center = worldToVoxel(volume, throughWorldMm);
  const level = Math.min(size[w.axis] - 1, Math.max(0, Math.round(center[w.axis])));
  const stride: Vector3 = [1, size[0], size[0] * size[1]];
  const [width, height] = [size[u.axis], size[v.axis]];
  const pixels = new Uint8Array(width * height);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const i = u.sign > 0 ? column : width - 1 - column;
      const j = v.sign > 0 ? row : height - 1 - row;
      const voxel = i * stride[u.axis] + j * stride[v.axis] + level * stride[w.axis];
      pixels[row * width + column] = greyOf(data[voxel]!, window);
    }
  const along = (axis: { axis: 0 | 1 | 2; sign: number }, voxel: Vector3): number =>
    ((axis.sign > 0 ? voxel[axis.axis] : size[axis.axis] - 1 - voxel[axis.axis]) + 0.5) *
    spacingMm[axis.axis];
  return {
    name,
    image: { width, height, data: pixels },
    widthMm: width * spacingMm[u.axis],
    heightMm: height * spacingMm[v.axis],
    placeOf: (worldMm) => {
      const voxel = worldToVoxel(volume, worldMm);
      return {
        xMm: along(u, voxel),
        yMm: along(v, voxel),
        offMm: Math.abs(voxel[w.axis] - level) * spacingMm[w.axis],
      };
    },
  };
}

/** The voxel axis that runs most along a patient direction, and whether it runs with it. */
function voxelAxis(
  { direction }: Geometry,
  { axis, sign }: PatientDirection,
): { axis: 0 | 1 | 2; sign: number } {
  const along = [direction[axis * 3]!, direction[axis * 3 + 1]!, direction[axis * 3 + 2]!];
  const strongest = along.reduce(
    (best, value, i) => (Math.abs(value) > Math.abs(along[best]!) ? i : best),
    0,
  ) as 0 | 1 | 2;
  return { axis: strongest, sign: along[strongest]! * sign };
}

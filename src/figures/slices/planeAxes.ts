import type { Geometry, Matrix3, Vector3 } from '../../volumes/voxels/volume.js';

/** Across the body, along it from side to side, or from front to back. */
export type PlaneName = 'axial' | 'coronal' | 'sagittal';
export const PLANE_NAMES = ['axial', 'coronal', 'sagittal'] as const satisfies readonly PlaneName[];

/** Patient axes of a plane as shown: x to the left of the patient, y to the back, z to the head (LPS). */
interface PatientAxes {
  readonly right: PatientDirection;
  readonly down: PatientDirection;
  readonly through: 0 | 1 | 2;
}
interface PatientDirection {
  readonly axis: 0 | 1 | 2;
  readonly sign: 1 | -1;
}

/** As a radiologist looks: from the feet, from the front, from the left; the head up. */
const PLANES: Readonly<Record<PlaneName, PatientAxes>> = {
  axial: { right: { axis: 0, sign: 1 }, down: { axis: 1, sign: 1 }, through: 2 },
  coronal: { right: { axis: 0, sign: 1 }, down: { axis: 2, sign: -1 }, through: 1 },
  sagittal: { right: { axis: 1, sign: 1 }, down: { axis: 2, sign: -1 }, through: 0 },
};

/** A voxel axis, and whether the picture runs with it (1) or against it (-1). */
export interface VoxelAxis {
  readonly axis: 0 | 1 | 2;
  readonly sign: 1 | -1;
}

/** Which voxel axes a plane shows. Oblique scans are cut along the voxel axes nearest to the plane's. */
export interface PlaneAxes {
  readonly name: PlaneName;
  readonly right: VoxelAxis;
  readonly down: VoxelAxis;
  /** The axis that the slices follow one another on; sign 1 = towards left, back or head. */
  readonly through: VoxelAxis;
}

export function planeAxes({ direction }: Pick<Geometry, 'direction'>, name: PlaneName): PlaneAxes {
  const { right, down, through } = PLANES[name];
  const voxelAxes = nearestVoxelAxes(direction);
  const along = ({ axis, sign }: PatientDirection): VoxelAxis => {
    const voxelAxis = voxelAxes[axis];
    return { axis: voxelAxis, sign: direction[axis * 3 + voxelAxis]! * sign < 0 ? -1 : 1 };
  };
  return { name, right: along(right), down: along(down), through: along({ axis: through, sign: 1 }) };
}

/** The plane as neurologists look: the patient's left at the left of axial and coronal slices. */
export function seenFromHead(plane: PlaneAxes): PlaneAxes {
  if (plane.name === 'sagittal') return plane;
  const { axis, sign } = plane.right;
  return { ...plane, right: { axis, sign: sign > 0 ? -1 : 1 } };
}

const ORDERS = [
  [0, 1, 2],
  [1, 0, 2],
  [0, 2, 1],
  [2, 1, 0],
  [1, 2, 0],
  [2, 0, 1],
] as const;

/** Patient axis -> voxel axis, each once: of the six ways the one in which they run most together. */
function nearestVoxelAxes(direction: Matrix3): readonly [0 | 1 | 2, 0 | 1 | 2, 0 | 1 | 2] {
  const agreement = (order: (typeof ORDERS)[number]): number =>
    order.reduce<number>((sum, voxelAxis, axis) => sum + Math.abs(direction[axis * 3 + voxelAxis]!), 0);
  return ORDERS.reduce((best, order) => (agreement(order) > agreement(best) + 1e-9 ? order : best));
}

/** A plane's name; without a direction that means something, the voxel axes to the right and down. */
export function planeTitle(name: PlaneName, oriented: boolean): string {
  return oriented ? name : { axial: 'x, y', coronal: 'x, z', sagittal: 'y, z' }[name];
}

/** Where the letters stand, as the picture is seen. */
export interface PlaneLetters {
  readonly left: string;
  readonly right: string;
  readonly top: string;
  readonly bottom: string;
}

const LETTERS = [
  ['L', 'R'],
  ['P', 'A'],
  ['S', 'I'],
] as const;
/** Directions that lean further than 17 degrees towards a second axis name it, too, as DICOM viewers do: `LA`. */
const NAMED_FROM = 0.3;

/** Towards what a direction (LPS) points, the strongest first: `L`, `R`, `A`, `P`, `S`, `I`, or two or three of them. */
export function directionLetters(towards: Vector3): string {
  const length = Math.hypot(...towards);
  return towards
    .map((part, axis) => ({ share: Math.abs(part) / length, letter: LETTERS[axis]![part > 0 ? 0 : 1] }))
    .filter(({ share }) => share >= NAMED_FROM)
    .sort((a, b) => b.share - a.share)
    .map(({ letter }) => letter)
    .join('');
}

/** The letters of a plane, of the axes that it shows: what a column of the direction points to. */
export function planeLetters({ direction }: Pick<Geometry, 'direction'>, plane: PlaneAxes): PlaneLetters {
  const letters = ({ axis, sign }: VoxelAxis, way: 1 | -1): string =>
    directionLetters([
      direction[axis]! * sign * way,
      direction[3 + axis]! * sign * way,
      direction[6 + axis]! * sign * way,
    ]);
  return {
    left: letters(plane.right, -1),
    right: letters(plane.right, 1),
    top: letters(plane.down, -1),
    bottom: letters(plane.down, 1),
  };
}

/** Column (from the left) or row (from the top) of a voxel, which may be fractional, and back. */
export function pixelAlong({ axis, sign }: VoxelAxis, size: Vector3, voxel: number): number {
  return sign > 0 ? voxel : size[axis] - 1 - voxel;
}

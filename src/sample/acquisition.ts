import { createRandom, type Random } from '../random.js';
import { IDENTITY_DIRECTION, worldToVoxel } from '../volumes/voxels/geometry.js';
import { add } from '../volumes/voxels/vectors.js';
import type { Geometry, Matrix3, Vector3 } from '../volumes/voxels/volume.js';
import type { ChestSizes } from './chestShape.js';

/** How a scanner's kernel treats edges and noise. */
export interface Kernel {
  readonly name: 'sharp' | 'medium' | 'smooth';
  /** Width of an edge in plane. */
  readonly blurMm: number;
  /** Share of the difference to the neighbours in plane that is added: overshoot at edges. */
  readonly overshoot: number;
  /** Weight of a neighbour's noise against a voxel's own. */
  readonly noiseSide: number;
}

/** A patient who moved: everything from one height upwards lies elsewhere. */
export interface MotionStep {
  readonly fromZ: number;
  readonly shiftMm: Vector3;
}

/** How a scan was taken. */
export interface Acquisition {
  readonly geometry: Geometry;
  /** The chest's middle in the world. */
  readonly middleWorldMm: Vector3;
  readonly kernel: Kernel;
  readonly noise: { readonly sdHu: number; readonly shoulderGain: number };
  readonly streaks: {
    /** Dark and bright rows at the shoulders' height. */
    readonly shouldersHu: number;
    /** A clip, an electrode or a pacemaker's lead, mm around the chest's middle. */
    readonly metal: Vector3 | undefined;
  };
  readonly motion: MotionStep | undefined;
  readonly lungHu: number;
}

/** What decides how scan `index` is taken, beside the chest. */
export interface AcquisitionRequest {
  readonly seed: number;
  readonly index: number;
  readonly coarsening: number;
}

/** Slice spacings that ten scans in a row have, in a seeded order. */
const SLICE_SPACINGS_MM = [1, 2.5, 1.25, 2, 0.6, 1.5, 3, 1, 0.8, 1.8];
/** x and y flipped, as in some of LUNA16's scans. */
const FLIPPED_XY: Matrix3 = [-1, 0, 0, 0, -1, 0, 0, 0, 1];

export function drawAcquisition(
  { seed, index, coarsening }: AcquisitionRequest,
  sizes: ChestSizes,
  random: Random,
): Acquisition {
  // Each subset of ten (index mod 10) gets scans of different kinds.
  const turn = createRandom(`voxlab sample ${seed} order`).integer(10) + 3 * Math.floor(index / 10);
  const inPlaneMm = 0.6 + 0.03 * (((index * 3 + turn) % 10) + random.uniform());
  const acrossMm = SLICE_SPACINGS_MM[(index + turn) % 10]!;
  const spacingMm: Vector3 = [inPlaneMm, inPlaneMm, acrossMm].map((mm) =>
    round(mm * coarsening, 6),
  ) as unknown as Vector3;
  const [low, high] = fieldOfView(sizes, acrossMm, ((index * 7 + turn) % 10) / 9, random);
  const size = [0, 1, 2].map((axis) => Math.floor((high[axis]! - low[axis]!) / spacingMm[axis]!) + 1);
  const isFlipped = (index + turn) % 3 === 1;
  const middleWorldMm: Vector3 = [
    random.between(-30, 30),
    random.between(-190, 60),
    random.between(-320, 260),
  ];
  const corner: Vector3 = isFlipped ? [high[0], high[1], low[2]] : low;
  const kernel = drawKernel(random);
  return {
    geometry: {
      size: size as unknown as Vector3,
      spacingMm,
      originMm: add(middleWorldMm, corner).map((mm) => round(mm, 6)) as unknown as Vector3,
      direction: isFlipped ? FLIPPED_XY : IDENTITY_DIRECTION,
    },
    middleWorldMm,
    kernel,
    noise: drawNoise(kernel, random),
    streaks: {
      shouldersHu: random.between(15, 60),
      metal: random.uniform() < 0.3 ? drawMetal(sizes, low[2], high[2], random) : undefined,
    },
    motion: random.uniform() < 0.4 ? drawMotion(low[2], high[2], random) : undefined,
    lungHu: random.between(-890, -830),
  };
}

/**
 * All of both lungs' width and depth, and a part of their height: `share` 0 begins between the domes of the
 * diaphragm, 1 ends below the apices. Thick slices show more.
 */
function fieldOfView(
  sizes: ChestSizes,
  acrossMm: number,
  share: number,
  random: Random,
): readonly [Vector3, Vector3] {
  const { halfWidthMm, halfDepthMm, heightMm } = sizes;
  const shownMm = 56 + 12 * acrossMm + random.between(-3, 3);
  const lowest = -0.34 * heightMm + share * (0.76 * heightMm - shownMm);
  const low: Vector3 = [
    -(halfWidthMm + random.between(12, 24)),
    -(halfDepthMm + random.between(22, 32) + (sizes.breasts ? 14 : 0)),
    lowest,
  ];
  const high: Vector3 = [halfWidthMm + random.between(12, 24), halfDepthMm + 50, lowest + shownMm];
  return [low, high];
}

function drawKernel(random: Random): Kernel {
  const pick = random.uniform();
  if (pick < 0.35)
    return {
      name: 'sharp',
      blurMm: random.between(0.6, 0.8),
      overshoot: random.between(0.08, 0.2),
      noiseSide: random.between(-0.15, 0.05),
    };
  if (pick < 0.7)
    return {
      name: 'medium',
      blurMm: random.between(0.85, 1.15),
      overshoot: 0,
      noiseSide: random.between(0.2, 0.35),
    };
  return {
    name: 'smooth',
    blurMm: random.between(1.3, 1.7),
    overshoot: 0,
    noiseSide: random.between(0.4, 0.6),
  };
}

/** 20 to 80 HU; a sharp kernel shows more. */
function drawNoise({ name }: Kernel, random: Random): Acquisition['noise'] {
  const [least, most] = name === 'sharp' ? [40, 80] : name === 'medium' ? [25, 48] : [20, 34];
  return { sdHu: random.between(least, most), shoulderGain: random.between(0.1, 0.35) };
}

/** In the heart or before the ribs. */
function drawMetal(
  { halfWidthMm, halfDepthMm }: ChestSizes,
  lowZ: number,
  highZ: number,
  random: Random,
): Vector3 {
  const z = random.between(lowZ, highZ);
  return random.uniform() < 0.5
    ? [random.between(-0.1, 0.3) * halfWidthMm, random.between(-0.4, 0) * halfDepthMm, z]
    : [random.between(-0.6, 0.6) * halfWidthMm, -halfDepthMm - random.between(12, 20), z];
}

function drawMotion(lowZ: number, highZ: number, random: Random): MotionStep {
  return {
    fromZ: random.between(lowZ + 0.3 * (highZ - lowZ), highZ - 0.3 * (highZ - lowZ)),
    shiftMm: [random.between(-2, 2), random.between(-3.5, 3.5), 0],
  };
}

/** How much the patient has moved when height z of the chest was taken. */
export function shiftAt({ motion }: Acquisition, z: number): Vector3 {
  return motion !== undefined && z >= motion.fromZ ? motion.shiftMm : [0, 0, 0];
}

/** Where a point of the chest lies in the scan's world. */
export function worldOf(acquisition: Acquisition, p: Vector3): Vector3 {
  return add(add(acquisition.middleWorldMm, p), shiftAt(acquisition, p[2]));
}

/** True for points at least `marginMm` (x, y, z) inside the outermost voxels' centres. */
export function isInScan(acquisition: Acquisition, p: Vector3, marginMm: Vector3): boolean {
  const { size, spacingMm } = acquisition.geometry;
  return worldToVoxel(acquisition.geometry, worldOf(acquisition, p)).every(
    (voxel, axis) => Math.min(voxel, size[axis]! - 1 - voxel) * spacingMm[axis]! > marginMm[axis]!,
  );
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

import { createRandom, type Random } from '../random.js';
import { IDENTITY_DIRECTION, worldToVoxel } from '../volumes/geometry.js';
import type { Geometry, Matrix3, Vector3 } from '../volumes/volume.js';
import { type Candidate, placeCandidates } from './candidateSites.js';
import { type ChestShape, type ChestSizes, createChestShape, drawChestSizes } from './chestShape.js';
import { type Findings, placeFindings } from './findings.js';
import { growLungTrees, type LungTrees } from './lungTrees.js';
import { add } from './points.js';
import { createSkeleton, type Skeleton } from './skeleton.js';

/** What decides the bytes of a sample data set. */
export interface SampleSettings {
  readonly seed: number;
  readonly scans: number;
  /** Voxels are this many times larger than a scanner's: 1 for a real scan, 3 or 4 for a quick test. */
  readonly coarsening: number;
}

/** How a scan was taken. */
export interface Acquisition {
  readonly geometry: Geometry;
  /** The chest's middle in the world. */
  readonly middleWorldMm: Vector3;
  readonly blurMm: number;
  readonly noise: { readonly sdHu: number; readonly smooth: boolean; readonly shoulderGain: number };
  readonly lungHu: number;
}

/** Everything that is in a scan, before a voxel is painted. Points are in mm around the chest's middle. */
export interface ScanPlan {
  readonly seriesUid: string;
  readonly subset: number;
  readonly acquisition: Acquisition;
  readonly chest: ChestShape;
  readonly trees: LungTrees;
  readonly skeleton: Skeleton;
  readonly findings: Findings;
  readonly candidates: readonly Candidate[];
}

/** Slice spacings of the ten scans of a set, in a seeded order. */
const SLICE_SPACINGS_MM = [1, 2.5, 1.25, 2, 1.5, 1, 2.5, 1.25, 1.8, 2];
/** x and y flipped, as in some of LUNA16's scans. */
const FLIPPED_XY: Matrix3 = [-1, 0, 0, 0, -1, 0, 0, 0, 1];

/** Scan `index` of a set; the same whatever other scans the set has. */
export function planScan(settings: SampleSettings, index: number): ScanPlan {
  const random = scanRandom(settings.seed, index);
  const chest = createChestShape(random.fork('chest'));
  const acquisition = acquire(settings, index, chest.sizes);
  const trees = growLungTrees(chest, random.fork('trees'));
  const skeleton = createSkeleton(chest, random.fork('skeleton'));
  const findings = placeFindings(chest, trees, random.fork('findings'));
  const inScan = insideScan(acquisition);
  return {
    seriesUid: seriesUid(random.fork('uid')),
    subset: index % 10,
    acquisition,
    chest,
    trees,
    skeleton,
    findings,
    candidates: placeCandidates({ chest, trees, skeleton, findings, inScan }, random.fork('candidates')),
  };
}

/** The geometry of a scan without planning what is in it. */
export function planGeometry(settings: SampleSettings, index: number): Geometry {
  const sizes = drawChestSizes(scanRandom(settings.seed, index).fork('chest'));
  return acquire(settings, index, sizes).geometry;
}

function scanRandom(seed: number, index: number): Random {
  return createRandom(`voxlab sample ${seed} scan ${index}`);
}

function acquire(settings: SampleSettings, index: number, sizes: ChestSizes): Acquisition {
  const random = scanRandom(settings.seed, index).fork('acquisition');
  const turn = createRandom(`voxlab sample ${settings.seed} order`).integer(10);
  const inPlaneMm = 0.6 + 0.03 * (((index * 3 + turn) % 10) + random.uniform());
  const acrossMm = SLICE_SPACINGS_MM[(index + turn) % 10]!;
  const spacingMm: Vector3 = [
    round(inPlaneMm * settings.coarsening, 6),
    round(inPlaneMm * settings.coarsening, 6),
    acrossMm * settings.coarsening,
  ];
  // The field of view shows all of both lungs; the sides of a broad body may lie outside it.
  const { halfWidthMm, halfDepthMm, heightMm } = sizes;
  const low: Vector3 = [
    -(halfWidthMm + random.between(22, 40)),
    -(halfDepthMm + random.between(30, 44) + (sizes.breasts ? 14 : 0)),
    -heightMm / 2 - random.between(6, 16),
  ];
  const high: Vector3 = [
    halfWidthMm + random.between(22, 40),
    halfDepthMm + 54,
    heightMm / 2 + random.between(8, 16),
  ];
  const size = [0, 1, 2].map((axis) => Math.floor((high[axis]! - low[axis]!) / spacingMm[axis]!) + 1);
  const flipped = (index + turn) % 3 === 1;
  const middleWorldMm: Vector3 = [
    random.between(-30, 30),
    random.between(-190, 60),
    random.between(-320, 260),
  ];
  const corner: Vector3 = flipped ? [high[0], high[1], low[2]] : low;
  const originMm = add(middleWorldMm, corner).map((mm) => round(mm, 6)) as unknown as Vector3;
  return {
    geometry: {
      size: size as unknown as Vector3,
      spacingMm,
      originMm,
      direction: flipped ? FLIPPED_XY : IDENTITY_DIRECTION,
    },
    middleWorldMm,
    blurMm: random.between(0.8, 1.25),
    noise: {
      sdHu: random.between(14, 42),
      smooth: random.uniform() < 0.6,
      shoulderGain: random.between(0.15, 0.5),
    },
    lungHu: random.between(-885, -835),
  };
}

/** True for points at least 3 mm inside the outermost voxels' centres. */
function insideScan({ geometry, middleWorldMm }: Acquisition): (p: Vector3) => boolean {
  return (p) =>
    worldToVoxel(geometry, add(middleWorldMm, p)).every(
      (voxel, axis) => Math.min(voxel, geometry.size[axis]! - 1 - voxel) * geometry.spacingMm[axis]! > 3,
    );
}

/** `2.25.` and the decimal number of a random UUID (version 4): the root of DICOM that anyone may use. */
function seriesUid(random: Random): string {
  let value = 0n;
  for (let word = 0; word < 4; word++) value = (value << 32n) | BigInt(random.integer(2 ** 32));
  const versionAndVariant = (4n << 76n) | (2n << 62n);
  const cleared = (15n << 76n) | (3n << 62n);
  return `2.25.${(value & ~cleared) | versionAndVariant}`;
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

import { createRandom, type Random } from '../random.js';
import type { Geometry } from '../volumes/voxels/volume.js';
import { type Acquisition, drawAcquisition, isInScan } from './acquisition.js';
import { type Candidate, placeCandidates } from './candidateSites.js';
import { type ChestShape, type ChestSizes, createChestShape, drawChestSizes } from './chestShape.js';
import { type Findings, placeFindings } from './findings.js';
import { growLungTrees, type LungTrees } from './lungTrees.js';
import { createSkeleton, type Skeleton } from './skeleton.js';

/** What decides the bytes of a sample data set. */
export interface SampleSettings {
  readonly seed: number;
  readonly scans: number;
  /** Voxels are this many times larger than a scanner's: 1 for a real scan, 3 or 4 for a quick test. */
  readonly coarsening: number;
}

/** Everything that is in a scan, before a voxel is painted. Points are in mm around the chest's middle, before the patient moved. */
export interface ScanPlan {
  readonly seriesUid: string;
  readonly acquisition: Acquisition;
  readonly chest: ChestShape;
  readonly trees: LungTrees;
  readonly skeleton: Skeleton;
  readonly findings: Findings;
  readonly candidates: readonly Candidate[];
}

/** Findings and candidates keep this far from the first and the last slice: a patch of 32 mm shows little beyond them. */
const END_MARGIN_MM = 12;

/** Scan `index` of a set; the same whatever other scans the set has. */
export function planScan(settings: SampleSettings, index: number): ScanPlan {
  const random = scanRandom(settings.seed, index);
  const chest = createChestShape(random.fork('chest'));
  const acquisition = acquire(settings, index, chest.sizes);
  const trees = growLungTrees(chest, random.fork('trees'));
  const skeleton = createSkeleton(chest, random.fork('skeleton'));
  const { size, spacingMm, originMm } = acquisition.geometry;
  const firstZ = originMm[2] - acquisition.middleWorldMm[2];
  const field = {
    chest,
    trees,
    lowZ: firstZ + END_MARGIN_MM,
    highZ: firstZ + (size[2] - 1) * spacingMm[2] - END_MARGIN_MM,
  };
  const findings = placeFindings(field, skeleton, random.fork('findings'));
  const scene = {
    field,
    skeleton,
    findings,
    inScan: (p: readonly [number, number, number]) => isInScan(acquisition, p, [4, 4, END_MARGIN_MM]),
  };
  return {
    seriesUid: seriesUid(settings, index),
    acquisition,
    chest,
    trees,
    skeleton,
    findings,
    candidates: placeCandidates(scene, random.fork('candidates')),
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

function acquire({ seed, coarsening }: SampleSettings, index: number, sizes: ChestSizes): Acquisition {
  const random = scanRandom(seed, index).fork('acquisition');
  return drawAcquisition({ seed, index, coarsening }, sizes, random);
}

/** `2.25.` and the decimal number of a random UUID (version 4): the root of DICOM that anyone may use. */
export function seriesUid({ seed }: SampleSettings, index: number): string {
  const random = scanRandom(seed, index).fork('uid');
  let value = 0n;
  for (let word = 0; word < 4; word++) value = (value << 32n) | BigInt(random.integer(2 ** 32));
  const versionAndVariant = (4n << 76n) | (2n << 62n);
  const cleared = (15n << 76n) | (3n << 62n);
  return `2.25.${(value & ~cleared) | versionAndVariant}`;
}

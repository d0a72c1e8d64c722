import { InputError } from '../../errors.js';
import { given } from '../../given.js';
import { eachAxis, voxelToWorld } from '../../volumes/voxels/geometry.js';
import type { Geometry, Vector3 } from '../../volumes/voxels/volume.js';
import { clusterMarks } from './clusterMarks.js';
import type { LidcKind, LidcMark, LidcReading } from './lidcReading.js';
import { centroidVoxel, diameterMm, type SliceOf } from './markMeasures.js';

/** A nodule from 3 mm that enough readers marked. */
export interface LidcNodule {
  readonly seriesUid: string;
  /** LPS; mean of its marks' centroids. */
  readonly centerWorldMm: Vector3;
  /** Mean of its marks' largest in-plane diameters. */
  readonly diameterMm: number;
  /** Median of its marks' ratings, 1 to 5. */
  readonly malignancy: number;
  readonly malignancies: readonly number[];
  /** Reading sessions of the file, from 1, ascending. */
  readonly readers: readonly number[];
}

/** A mark that is no nodule of enough readers: a score leaves what lies there out. */
export interface LidcExcluded {
  readonly seriesUid: string;
  readonly centerWorldMm: Vector3;
  /** -1 = unknown: small nodules and what is no nodule have one point. */
  readonly diameterMm: number;
  readonly kind: LidcKind;
  readonly malignancy?: number;
  readonly reader: number;
}

export interface LidcFindings {
  readonly nodules: readonly LidcNodule[];
  readonly excluded: readonly LidcExcluded[];
  /** Whether a cluster of marks is of more than one nodule and could not be parted. */
  readonly isCrowded: boolean;
}

/** Where the scan of a reading lies. */
export interface LidcScan {
  readonly geometry: Geometry;
  /** (0018,0050); where a file does not say it, the gap between slices. */
  readonly sliceThicknessMm: number;
}

/**
 * z of outlines are those of slices, and slices may lie 0.105 mm off the even grid (0.175 of the thinnest gap, 0.6 mm); else the
 * outlines are of another series.
 */
const BETWEEN_SLICES = 0.2;
/** Slices must rather lie across the body's length than along it. */
const LEAST_AXIAL = 0.5;

/**
 * The findings of one scan in the order of z: nodules of at least `fewestReaders` readers, and all other marks one by one, as in
 * LUNA16's annotations_excluded.csv. Throws InputError naming the reading's file where its outlines lie in no slice of the scan.
 */
export function lidcFindings(reading: LidcReading, scan: LidcScan, fewestReaders: number): LidcFindings {
  const { geometry } = scan;
  const sliceOf = slicesOf(reading, geometry);
  const outlined = reading.marks.filter(({ kind }) => kind === 'nodule');
  const { clusters, isCrowded } = clusterMarks(outlined, sliceOf, scan.sliceThicknessMm);
  const nodules: LidcNodule[] = [];
  const excluded: LidcExcluded[] = [];
  const place = (mark: LidcMark): Vector3 => voxelToWorld(geometry, centroidVoxel(mark, sliceOf));
  const diameter = (mark: LidcMark): number =>
    mark.kind === 'nodule' ? diameterMm(mark, [geometry.spacingMm[0], geometry.spacingMm[1]]) : -1;
  for (const marks of clusters) {
    const readers = [...new Set(marks.map(({ reader }) => reader))].sort((a, b) => a - b);
    const sizes = marks.map(diameter).filter((mm) => mm >= 0);
    if (readers.length < fewestReaders || sizes.length === 0) excluded.push(...marks.map(excludedOf));
    else
      nodules.push({
        seriesUid: reading.seriesUid,
        centerWorldMm: eachAxis((axis) => mean(marks.map((mark) => place(mark)[axis]))),
        diameterMm: mean(sizes),
        malignancy: median(marks.map(({ malignancy }) => malignancy!)),
        malignancies: marks.map(({ malignancy }) => malignancy!),
        readers,
      });
  }
  excluded.push(...reading.marks.filter(({ kind }) => kind !== 'nodule').map(excludedOf));
  return { nodules: nodules.sort(byZ), excluded: excluded.sort(byZ), isCrowded };

  function excludedOf(mark: LidcMark): LidcExcluded {
    const { kind, reader, malignancy } = mark;
    return {
      seriesUid: reading.seriesUid,
      centerWorldMm: place(mark),
      diameterMm: diameter(mark),
      kind,
      ...given({ malignancy }),
      reader,
    };
  }
}

/** Index of the slice whose first voxel has that world z. */
function slicesOf({ file, marks }: LidcReading, geometry: Geometry): SliceOf {
  const { spacingMm, originMm, direction, size } = geometry;
  if (Math.abs(direction[8]) < LEAST_AXIAL)
    throw new InputError(
      file,
      'expected a scan of axial slices, whose world z tells them apart, received others',
    );
  const sliceOf: SliceOf = (zMm) => (zMm - originMm[2]) / (direction[8] * spacingMm[2]);
  for (const { contours } of marks)
    for (const { zMm } of contours) {
      const slice = Math.round(sliceOf(zMm));
      if (Math.abs(slice - sliceOf(zMm)) > BETWEEN_SLICES || slice < 0 || slice >= size[2])
        throw new InputError(
          file,
          `expected outlines in slices of the scan (z from ${originMm[2]} mm, ${size[2]} slices, ${direction[8] * spacingMm[2]} mm apart), received one at z = ${zMm} mm: ${slice < 0 || slice >= size[2] ? 'some slices of the scan are missing' : 'it lies between two slices'}; copy the series again`,
        );
    }
  return sliceOf;
}

function byZ(
  { centerWorldMm: a }: { readonly centerWorldMm: Vector3 },
  { centerWorldMm: b }: { readonly centerWorldMm: Vector3 },
): number {
  return a[2] - b[2];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

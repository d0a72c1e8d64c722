import { eachAxis, multiply } from '../voxels/geometry.js';
import type { Geometry } from '../voxels/volume.js';
import { degrees, SIDEWAYS_TOLERANCE_MM } from './dicomEvenness.js';
import { gapsMm, medianGapMm, type PlacedSlice } from './dicomPlaces.js';

/** What resampling made of slices, as it stands in the files that were cut out of them. */
export interface Resampling {
  /** By how much the first slice's normal differs from the line from the first to the last slice. */
  readonly tiltDegrees: number;
  /** Between slices, before: the smallest and the largest. */
  readonly gapsMm: readonly [number, number];
  /** Between slices, after: the median gap. */
  readonly spacingMm: number;
  readonly slicesBefore: number;
  readonly slicesAfter: number;
}

/** A straight, even grid for slices that make none. */
export interface SliceGrid {
  readonly geometry: Geometry;
  /** For each slice in order: how far it lies behind the grid's first plane, and how far the grid's first voxel beside its own. */
  readonly places: readonly {
    readonly alongMm: number;
    readonly besideVoxels: readonly [number, number];
  }[];
  readonly done: Resampling;
}

/** Positions that differ by less are the same; sums of gaps leave micrometres. */
const ROUNDING = 1e-6;

/** The grid over all of the slices: as far sideways as any of them reaches, with their median gap between its planes. */
export function sliceGrid(placed: readonly PlacedSlice[]): SliceGrid {
  const { slice, direction, atMm: startMm } = placed[0]!;
  const { columns, rows } = slice.pixels;
  const gapMm = medianGapMm(placed);
  const lengthMm = placed.at(-1)!.atMm - startMm;
  const x = sideways(placed, 0);
  const y = sideways(placed, 1);
  const [along, up] = slice.spacingMm;
  const planes = Math.floor(lengthMm / gapMm + ROUNDING) + 1;
  const offset = multiply(direction, [x.lowMm, y.lowMm, 0]);
  const geometry: Geometry = {
    size: [columns + x.voxels(along), rows + y.voxels(up), planes],
    spacingMm: [along, up, gapMm],
    originMm: eachAxis((axis) => slice.positionMm[axis] + offset[axis]),
    direction,
  };
  return {
    geometry,
    places: placed.map(({ atMm }, i) => ({
      alongMm: atMm - startMm,
      besideVoxels: [(x.lowMm - x.ofMm[i]!) / along, (y.lowMm - y.ofMm[i]!) / up],
    })),
    done: reportOf(placed, gapMm, planes),
  };
}

/** Where slices lie along one of their own axes; a shift that is but rounding is none. */
function sideways(placed: readonly PlacedSlice[], axis: 0 | 1) {
  const there = placed.map(({ besideMm }) => besideMm[axis]);
  const rangeMm = Math.max(...there) - Math.min(...there);
  const ofMm = rangeMm <= SIDEWAYS_TOLERANCE_MM ? there.map(() => 0) : there;
  const [lowMm, highMm] = [Math.min(...ofMm), Math.max(...ofMm)];
  return {
    ofMm,
    lowMm,
    /** More than a slice has. */
    voxels: (spacingMm: number) => Math.ceil((highMm - lowMm) / spacingMm - ROUNDING),
  };
}

function reportOf(placed: readonly PlacedSlice[], gapMm: number, planes: number): Resampling {
  const gaps = gapsMm(placed);
  const last = placed.at(-1)!;
  const rounded = (value: number): number => Number(value.toFixed(4));
  return {
    tiltDegrees: rounded(degrees(Math.hypot(...last.besideMm), last.atMm - placed[0]!.atMm)),
    gapsMm: [rounded(Math.min(...gaps)), rounded(Math.max(...gaps))],
    spacingMm: rounded(gapMm),
    slicesBefore: placed.length,
    slicesAfter: planes,
  };
}

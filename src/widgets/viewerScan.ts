import { WINDOWS } from '../figures/drawing/picture.js';
import { PLANE_NAMES, planeAxes } from '../figures/slices/planeAxes.js';
import { classOfMark, type Mark } from '../figures/slices/threePlanes.js';
import { middleVoxel, voxelToWorld, worldToVoxel } from '../volumes/voxels/geometry.js';
import type { Geometry, Vector3, Volume } from '../volumes/voxels/volume.js';
import { checkedPlace, checkedVolume } from './viewerChecks.js';
import type { DescribedScan, Preset, ViewerScan } from './viewerState.js';

/** What is said of a scan beside its voxels. */
export interface ScanDescription {
  readonly title?: string;
  readonly marks?: readonly Mark[];
  readonly marksWithinMm?: number;
}

/** Radiologists' windows. */
export const WINDOW_PRESETS: readonly Preset[] = Object.entries(WINDOWS).map(([name, window]) => ({
  name,
  ...window,
}));

/** What the page of a slice viewer knows of a scan. Throws RangeError for one that cannot be shown. */
export function viewerScan(volume: Volume, options: ScanDescription, oriented: boolean): ViewerScan {
  const { displayWindow } = checkedVolume(volume);
  return {
    ...describedScan(volume, options, oriented),
    planes: PLANE_NAMES.map((name) => planeAxes(volume, name)),
    // The last one is what the scan's file asks for.
    presets: [
      ...WINDOW_PRESETS,
      ...(displayWindow === undefined ? [] : [{ name: 'DICOM', ...displayWindow }]),
    ],
    markersWithinMm: options.marksWithinMm ?? 4,
  };
}

/** What every view says of a scan: its grid, its name, its marks with theirs. */
export function describedScan(
  grid: Geometry,
  { title, marks = [] }: ScanDescription,
  oriented: boolean,
): DescribedScan {
  const { size, spacingMm, originMm, direction } = grid;
  return {
    ...{ size, spacingMm, originMm, direction, oriented },
    title: title ?? (oriented ? 'scan' : 'patch'),
    markers: marks.map((mark, index) => ({
      class: classOfMark(mark),
      label: `${nameOfMark(mark)} ${index + 1}`,
      voxel: worldToVoxel(grid, checkedPlace(`center of mark ${index + 1}`, mark.centerWorldMm)),
    })),
  };
}

function nameOfMark(mark: Mark): string {
  if (mark.class === undefined) return 'mark';
  return classOfMark(mark) === 1 ? 'nodule' : 'other';
}

/** Where planes cross at the start (LPS, mm): where it is wished, in the first nodule, else in the middle. */
export function startingPlace(
  grid: Geometry,
  { throughWorldMm, marks = [] }: { readonly throughWorldMm?: Vector3; readonly marks?: readonly Mark[] },
): Vector3 {
  const wished = throughWorldMm ?? marks.find((mark) => classOfMark(mark) === 1)?.centerWorldMm;
  return wished === undefined ? voxelToWorld(grid, middleVoxel(grid.size)) : checkedPlace('position', wished);
}

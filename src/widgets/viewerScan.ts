import { WINDOWS } from '../figures/drawing/picture.js';
import { PLANE_NAMES, planeAxes } from '../figures/slices/planeAxes.js';
import { classOfMark, type Mark } from '../figures/slices/threePlanes.js';
import { worldToVoxel } from '../volumes/voxels/geometry.js';
import type { Vector3, Volume } from '../volumes/voxels/volume.js';
import { checkedPlace, checkedVolume } from './viewerChecks.js';
import type { Preset, ViewerMarker, ViewerScan } from './viewerState.js';

/** What is said of a scan beside its voxels. */
export interface ScanDescription {
  readonly title?: string;
  readonly marks?: readonly Mark[];
  readonly marksWithinMm?: number;
}

/** What the page knows of a scan. Throws RangeError for one that cannot be shown. */
export function viewerScan(volume: Volume, options: ScanDescription, oriented: boolean): ViewerScan {
  const { size, spacingMm, originMm, direction } = checkedVolume(volume);
  return {
    ...{ size, spacingMm, originMm, direction, oriented },
    title: options.title ?? (oriented ? 'scan' : 'patch'),
    planes: PLANE_NAMES.map((name) => planeAxes(volume, name)),
    presets: presetsOf(volume),
    markers: markersOf(options.marks ?? []).map(({ centerWorldMm, ...marker }) => ({
      ...marker,
      voxel: worldToVoxel(volume, centerWorldMm),
    })),
    markersWithinMm: options.marksWithinMm ?? 4,
  };
}

/** Marks with their names. */
export function markersOf(
  marks: readonly Mark[],
): (Omit<ViewerMarker, 'voxel'> & { readonly centerWorldMm: Vector3 })[] {
  return marks.map((mark, index) => ({
    centerWorldMm: checkedPlace(`center of mark ${index + 1}`, mark.centerWorldMm),
    class: classOfMark(mark),
    label: `${nameOfMark(mark)} ${index + 1}`,
  }));
}

function nameOfMark(mark: Mark): string {
  if (mark.class === undefined) return 'mark';
  return classOfMark(mark) === 1 ? 'nodule' : 'other';
}

/** Radiologists' windows, and the one that the scan's file asks for. */
function presetsOf({ displayWindow }: Volume): Preset[] {
  const windows = Object.entries(WINDOWS).map(([name, { low, high }]) => ({ name, low, high }));
  return displayWindow === undefined ? windows : [...windows, { name: 'DICOM', ...displayWindow }];
}

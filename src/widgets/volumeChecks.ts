import { isInvertible } from '../volumes/voxels/geometry.js';
import { cross } from '../volumes/voxels/vectors.js';
import type { Matrix3 } from '../volumes/voxels/volume.js';
import { isPlace, isWindow } from './viewerChecks.js';
import { type Camera, orthonormal } from './volumeCamera.js';
import {
  type CutPlane,
  MASK_SHOWN,
  VOLUME_MODES,
  type VolumeScan,
  type VolumeViewState,
} from './volumeState.js';

/** What holds of the changes that a page asks for: it may be of an older program. */
export function acceptedView(
  scan: VolumeScan,
  changes: Readonly<Record<string, unknown>>,
): Partial<VolumeViewState> {
  const { mode, windows, camera, cut, thicknessMm, mask, rings } = changes;
  return {
    ...(isOneOf(VOLUME_MODES, mode) && { mode }),
    ...(isWindows(windows) && { windows }),
    ...(isCamera(camera) && { camera: { ...camera, ...orthonormal(camera) } }),
    ...((cut === null || isCut(cut)) && { cut }),
    ...(typeof thicknessMm === 'number' &&
      thicknessMm > 0 &&
      Number.isFinite(thicknessMm) && { thicknessMm }),
    ...(scan.masked && isOneOf(MASK_SHOWN, mask) && { mask }),
    ...(typeof rings === 'boolean' && { rings }),
  };
}

function isOneOf<T>(all: readonly T[], value: unknown): value is T {
  return all.includes(value as T);
}

function isWindows(value: unknown): value is VolumeViewState['windows'] {
  const windows = value as Record<string, unknown> | null;
  return (
    typeof windows === 'object' && windows !== null && VOLUME_MODES.every((mode) => isWindow(windows[mode]))
  );
}

function isCamera(value: unknown): value is Camera {
  const { right, up, centerMm, zoom } = (value ?? {}) as Partial<Record<keyof Camera, unknown>>;
  if (!isPlace(right) || !isPlace(up) || !isPlace(centerMm)) return false;
  const axes: Matrix3 = [...right, ...up, ...cross(up, right)];
  return typeof zoom === 'number' && zoom > 0 && Number.isFinite(zoom) && isInvertible(axes);
}

function isCut(value: unknown): value is CutPlane {
  const { normal, atMm } = (value ?? {}) as Partial<Record<keyof CutPlane, unknown>>;
  return isPlace(normal) && Math.hypot(...normal) > 0 && Number.isFinite(atMm);
}

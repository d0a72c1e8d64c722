import type { Overlay } from '../figures/slices/overlaySlice.js';
import type { JsonObject } from '../kernel/wire/protocol.js';
import type { Vector3, Volume } from '../volumes/voxels/volume.js';
import { voxelInside } from './presentMark.js';
import { savedVolume } from './savedVolume.js';
import type { SavedViewer, SavedVolume, ViewerScan } from './viewerState.js';

/** A viewer's state on the grid that is saved. */
export function savedViewer(volume: Volume, state: JsonObject, overlay?: Overlay): SavedViewer {
  const saved = savedVolume(volume, overlay);
  const scan = savedScan(state.scan as unknown as ViewerScan, saved);
  const voxel = voxelInside(scan, onSavedGrid(saved, state.voxel as unknown as Vector3));
  return { state: { ...withoutStill(state), scan, voxel }, volume: saved };
}

/** Two volumes' state, each on its saved grid; the page takes the difference of what is saved. */
export function savedComparison(
  first: Volume,
  second: Volume,
  state: JsonObject,
  overlay?: Overlay,
): SavedViewer {
  const saved = [
    savedVolume(first, overlay, MOST_OF_TWO),
    savedVolume(second, overlay, MOST_OF_TWO),
  ] as const;
  const known = state.scans as unknown as readonly ViewerScan[];
  const scans = saved.map((volume, at) => savedScan(known[at]!, volume));
  return { state: { ...withoutStill(state), scans }, volume: saved[0], second: saved[1] };
}

/** Bytes of each of two, as savedVolume.ts has them of one. */
const MOST_OF_TWO = 5e5;

function onSavedGrid({ means }: SavedVolume, voxel: Vector3): Vector3 {
  const at = (axis: 0 | 1 | 2): number => (voxel[axis] - (means[axis] - 1) / 2) / means[axis];
  return [at(0), at(1), at(2)];
}

function savedScan(scan: ViewerScan, saved: SavedVolume): ViewerScan {
  return {
    ...scan,
    ...saved.geometry,
    markers: scan.markers.map((marker) => ({ ...marker, voxel: onSavedGrid(saved, marker.voxel) })),
    ...(saved.means.some((count) => count > 1) && { means: saved.means }),
  };
}

function withoutStill({ still: _, ...rest }: JsonObject): JsonObject {
  return rest;
}

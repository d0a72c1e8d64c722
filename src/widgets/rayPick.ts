import { voxelToWorld } from '../volumes/voxels/geometry.js';
import type { Geometry, Vector3 } from '../volumes/voxels/volume.js';
import { insideMm, type Rays } from './rays.js';
import type { MaskShown, VolumeMode } from './volumeState.js';

/** What a volume is looked at with. */
export interface Looked {
  readonly mode: VolumeMode;
  readonly window: readonly [number, number];
  readonly mask: MaskShown;
  readonly depthMm: readonly [number, number];
}

export interface Picked {
  readonly voxel: Vector3;
  readonly worldMm: Vector3;
  readonly hu: number;
}

/** What the picture shows inside of lungs is solid from here on. */
const SOLID_IN_LUNGS_HU = -325;
/** The face of a cut is grey from here on. */
export const FACE_HU = -300;

/**
 * The voxel that a pixel shows: the highest on its ray, the first of them; of lit surfaces the first that is at least half
 * solid. Undefined beside the volume, and where a surface's ray meets nothing. `rightMm`, `upMm`: from the picture's middle.
 */
export function pickVoxel(
  grid: Geometry & { readonly hu: Int16Array; readonly maskValues: Uint8Array },
  rays: Rays,
  { mode, window, mask, depthMm }: Looked,
  [rightMm, upMm]: readonly [number, number],
): Picked | undefined {
  const inside = insideMm(rays, [rightMm, upMm], depthMm);
  if (inside === undefined) return undefined;
  const { start, fromMm, toMm, throughCut } = inside;
  const solid = (window[0] + window[1]) / 2;
  let best = -1;
  for (let mm = fromMm + rays.stepMm / 2; mm < toMm; mm += rays.stepMm) {
    const along = (axis: 0 | 1 | 2): number => {
      const at = Math.floor((start[axis] + mm * rays.forward[axis]) * grid.size[axis]);
      return Math.max(0, Math.min(grid.size[axis] - 1, at));
    };
    const voxel = (along(2) * grid.size[1] + along(1)) * grid.size[0] + along(0);
    const inLungs = mask !== 'off' && grid.maskValues[voxel]! > 0;
    if (mask === 'alone' && !inLungs) continue;
    if (mode === 'render') {
      const isFace = throughCut && mm < fromMm + rays.stepMm && grid.hu[voxel]! > FACE_HU;
      if (!isFace && grid.hu[voxel]! < (inLungs ? SOLID_IN_LUNGS_HU : solid)) continue;
      best = voxel;
      break;
    }
    if (best < 0 || grid.hu[voxel]! > grid.hu[best]!) best = voxel;
  }
  if (best < 0) return undefined;
  const [width, height] = grid.size;
  const voxel: Vector3 = [
    best % width,
    Math.floor(best / width) % height,
    Math.floor(best / (width * height)),
  ];
  return { voxel, worldMm: voxelToWorld(grid, voxel), hu: grid.hu[best]! };
}

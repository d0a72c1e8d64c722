import type { Overlay } from '../figures/overlaySlice.js';
import type { JsonObject } from '../kernel/protocol.js';
import type { Vector3, Volume } from '../volumes/volume.js';
import { frontEnd } from './frontEnd.js';
import { voxelInside } from './presentMark.js';
import { savedVolume } from './savedVolume.js';
import type { SavedViewer, ViewerScan } from './viewerState.js';

/** A viewer's state on the grid that is saved. */
export function savedViewer(volume: Volume, state: JsonObject, overlay?: Overlay): SavedViewer {
  const saved = savedVolume(volume, overlay);
  const { means, geometry } = saved;
  const onGrid = (voxel: Vector3): Vector3 => {
    const at = (axis: 0 | 1 | 2): number => (voxel[axis] - (means[axis] - 1) / 2) / means[axis];
    return [at(0), at(1), at(2)];
  };
  const scan = state.scan as unknown as ViewerScan;
  const small: ViewerScan = {
    ...scan,
    ...geometry,
    markers: scan.markers.map((marker) => ({ ...marker, voxel: onGrid(marker.voxel) })),
    ...(means.some((count) => count > 1) && { means }),
  };
  const { still: _, ...rest } = state;
  const voxel = voxelInside(small, onGrid(state.voxel as unknown as Vector3));
  return { state: { ...rest, scan: small, voxel }, volume: saved };
}

/**
 * The picture, and behind it what makes it a viewer again: in an executed notebook's page, in nbviewer, wherever HTML runs its
 * scripts. Nothing is loaded; without scripts the picture stays.
 */
export function savedViewerHtml(picture: string, saved: SavedViewer): string {
  const { module, style } = frontEnd('savedViewer');
  // `<` would end the script element.
  const json = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');
  const code = module.replaceAll('</script', '<\\/script');
  return `${picture}<script type="application/json">${json({ ...saved, style })}</script><script>${code}</script>`;
}

import { type Picked, pickVoxel } from '../rayPick.js';
import { raysOf } from '../rays.js';
import { type PictureSize, pixelsPerMm } from '../volumeCamera.js';
import { followPointer, STILL_PIXELS } from './planePointer.js';
import type { VolumeActions } from './volumeActions.js';
import type { VolumeModel } from './volumeModel.js';
import { seenMarks } from './volumeOverlay.js';
import type { VolumeStore } from './volumeStore.js';

/** What the pointer works on. */
export interface PointedVolume {
  readonly viewer: VolumeModel;
  readonly store: VolumeStore;
  readonly actions: VolumeActions;
  readonly size: () => PictureSize;
  /** What lies under the pointer now, before the next frame. */
  pointed(found: Picked | undefined): void;
  /** Pressed twice. */
  chosen(found: Picked | undefined): void;
}

/** Of a turn for the way across the picture. */
const HALF_TURN = Math.PI;

/** Drags turn the volume, a click on a ring goes to its mark. Returns what says what is seen under the pointer. */
export function followVolumePointer(
  canvas: HTMLCanvasElement,
  { viewer, store, actions, size, pointed, chosen }: PointedVolume,
): () => Picked | undefined {
  let pointer: readonly [number, number] | undefined;
  let pressed: readonly [number, number] = [0, 0];
  let last = pressed;
  const found = () => pointer && voxelSeenAt(pointer, viewer, store, size());
  followPointer(canvas, viewer, {
    step(by) {
      if (!actions.deepen(-by)) actions.zoom(1.1 ** by, ...(pointer ?? []));
    },
    pan: actions.pan,
    zoom: actions.zoom,
    press(x, y) {
      pressed = last = [x, y];
      return false;
    },
    drag(x, y) {
      if (Math.hypot(x - pressed[0], y - pressed[1]) < STILL_PIXELS && last === pressed) return;
      const scale = HALF_TURN / Math.min(size().width, size().height);
      actions.turn((x - last[0]) * scale, (y - last[1]) * scale);
      last = [x, y];
    },
    twice: () => chosen(found()),
    hover(x, y) {
      pointer = [x, y];
      pointed(found());
    },
    leave() {
      pointer = undefined;
      pointed(undefined);
    },
  });
  canvas.addEventListener('click', ({ offsetX: x, offsetY: y }) => {
    if (last !== pressed) return; // it was a drag
    const ring = seenMarks(viewer, size())
      .filter((one) => Math.hypot(one.x - x, one.y - y) < one.radius)
      .at(-1);
    if (ring !== undefined) actions.goTo(viewer.scan.markers[ring.index]!.voxel);
  });
  return found;
}

/** What the ray of a place of the picture says; nothing until all voxels have come. */
function voxelSeenAt(
  [x, y]: readonly [number, number],
  { scan, camera, cut, mode, window, mask, depthMm }: VolumeModel,
  { here, parts, hu, maskValues }: VolumeStore,
  size: PictureSize,
): Picked | undefined {
  if (here.length < parts) return undefined;
  const perMm = pixelsPerMm(scan, camera, size);
  return pickVoxel(
    { ...scan, hu, maskValues },
    raysOf(scan, camera, cut, size),
    { mode, window, mask, depthMm },
    [(x - size.width / 2) / perMm, (size.height / 2 - y) / perMm],
  );
}

import { voxelToWorld } from '../../volumes/voxels/geometry.js';
import type { Vector3 } from '../../volumes/voxels/volume.js';
import {
  deeper,
  middleOf,
  moved,
  nearer,
  type PictureSize,
  turned,
  VIEWS,
  wholeVolume,
} from '../volumeCamera.js';
import { cutHere, type VolumeModel } from './volumeModel.js';

/** What a reader can do to a volume view, by pointer, button or key. */
export interface VolumeActions {
  /** As if the near side was in hand: radians to the right, down, with the clock. */
  turn(right: number, down: number, clockwise?: number): void;
  lookFrom(letter: string): void;
  /** About a place of the picture (CSS pixels), or its middle. */
  zoom(factor: number, x?: number, y?: number): void;
  /** By CSS pixels. */
  pan(right: number, down: number): void;
  whole(): void;
  /** Slab or cut, into the picture; without either nothing. Whether there was one. */
  deepen(mm: number): boolean;
  setThickness(mm: number): void;
  toggleCut(): void;
  toggleRings(): void;
  goTo(voxel: Vector3): void;
}

const THINNEST_MM = 1;
const THICKEST_MM = 100;

export function volumeActions(viewer: VolumeModel, size: () => PictureSize): VolumeActions {
  const { scan } = viewer;
  return {
    turn: (right, down, clockwise = 0) =>
      viewer.change({ camera: turned(viewer.camera, right, down, clockwise) }),
    lookFrom(letter) {
      const view = scan.oriented ? VIEWS[letter] : undefined;
      if (view !== undefined) viewer.change({ camera: { ...viewer.camera, ...view } });
    },
    zoom(factor, x = size().width / 2, y = size().height / 2) {
      viewer.change({ camera: nearer(scan, viewer.camera, size(), factor, [x, y]) });
    },
    pan: (right, down) => viewer.change({ camera: moved(scan, viewer.camera, size(), right, down) }),
    whole: () => viewer.change({ camera: wholeVolume(scan), cut: null }),
    deepen(mm) {
      const { cut } = viewer;
      if (viewer.mode === 'slab') viewer.change({ camera: deeper(viewer.camera, mm) });
      else if (cut !== null) viewer.change({ cut: { ...cut, atMm: cut.atMm + mm } });
      return viewer.mode === 'slab' || cut !== null;
    },
    setThickness: (mm) =>
      viewer.change({ thicknessMm: Math.max(THINNEST_MM, Math.min(THICKEST_MM, Math.round(mm))) }),
    toggleCut: () => viewer.change({ cut: viewer.cut === null ? cutHere(viewer, middleOf(scan)) : null }),
    toggleRings: () => viewer.change({ rings: !viewer.rings }),
    goTo: (voxel) => viewer.change({ camera: { ...viewer.camera, centerMm: voxelToWorld(scan, voxel) } }),
  };
}

import { worldToVoxel } from '../../volumes/voxels/geometry.js';
import { dot, subtract } from '../../volumes/voxels/vectors.js';
import type { Vector3 } from '../../volumes/voxels/volume.js';
import { voxelInside } from '../presentMark.js';
import { type Camera, forwardOf } from '../volumeCamera.js';
import {
  type CutPlane,
  MASK_SHOWN,
  VOLUME_MODES,
  type VolumeScan,
  type VolumeViewState,
} from '../volumeState.js';
import type { Model } from './anywidget.js';
import { after } from './toolButtons.js';

/** The state of a volume view, typed; a change is drawn in every view and told to the kernel. */
export interface VolumeModel extends VolumeViewState {
  readonly scan: VolumeScan;
  /** Of the mode that is shown. */
  readonly window: readonly [number, number];
  /** The voxel in the picture's middle. */
  readonly voxel: Vector3;
  /** Depths that are drawn, mm from the middle's. */
  readonly depthMm: readonly [number, number];
  setWindow(low: number, high: number): void;
  change(changes: Partial<VolumeViewState>): void;
  nextMode(): void;
  nextMask(): void;
}

/** Keys of the state that views follow. */
export const WATCHED = ['mode', 'windows', 'camera', 'cut', 'thicknessMm', 'mask', 'rings'] as const;
const FAR_MM = 1e5;

export function volumeModel(model: Model): VolumeModel {
  const scan = model.get('scan') as VolumeScan;
  const get = <K extends keyof VolumeViewState>(key: K): VolumeViewState[K] =>
    model.get(key) as VolumeViewState[K];
  return {
    scan,
    get mode() {
      return get('mode');
    },
    get windows() {
      return get('windows');
    },
    get camera(): Camera {
      return get('camera');
    },
    get cut(): CutPlane | null {
      return get('cut');
    },
    get thicknessMm() {
      return get('thicknessMm');
    },
    get mask() {
      return scan.masked ? get('mask') : 'off';
    },
    get rings() {
      return get('rings');
    },
    get window() {
      return this.windows[this.mode];
    },
    get voxel() {
      return voxelInside(scan, worldToVoxel(scan, this.camera.centerMm));
    },
    get depthMm(): readonly [number, number] {
      const half = this.mode === 'slab' ? this.thicknessMm / 2 : FAR_MM;
      return [-half, half];
    },
    setWindow(low, high) {
      this.change({ windows: { ...this.windows, [this.mode]: [Math.round(low), Math.round(high)] } });
    },
    change(changes) {
      for (const [key, value] of Object.entries(changes)) model.set(key, value);
      model.save_changes();
    },
    nextMode() {
      this.change({ mode: after(VOLUME_MODES, this.mode) });
    },
    nextMask() {
      if (scan.masked) this.change({ mask: after(MASK_SHOWN, this.mask) });
    },
  };
}

/** A cut through the picture's middle, of what lies before it. */
export function cutHere({ camera }: VolumeModel, middleMm: Vector3): CutPlane {
  const normal = forwardOf(camera);
  return { normal, atMm: dot(normal, subtract(camera.centerMm, middleMm)) };
}

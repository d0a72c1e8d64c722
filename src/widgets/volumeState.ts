import type { Vector3 } from '../volumes/voxels/volume.js';
import type { DescribedScan, Preset } from './viewerState.js';
import type { Camera } from './volumeCamera.js';

/** How rays become pixels: lit surfaces, the highest value of the whole way, or that of a slab through the middle. */
export type VolumeMode = 'render' | 'MIP' | 'slab';
export const VOLUME_MODES = ['render', 'MIP', 'slab'] as const satisfies readonly VolumeMode[];

/** What the mask does: nothing, colour what lies in it, or leave out what does not. */
export type MaskShown = 'off' | 'coloured' | 'alone';
export const MASK_SHOWN = ['off', 'coloured', 'alone'] as const satisfies readonly MaskShown[];

/** What the page knows of a volume before its voxels have come. */
export interface VolumeScan extends DescribedScan {
  /** Windows by mode: those of surfaces say where they begin and where they are solid. */
  readonly presets: Readonly<Record<VolumeMode, readonly Preset[]>>;
  readonly masked: boolean;
  /** Voxels come in parts of so many slices. */
  readonly slicesOfPart: number;
}

/** A plane in the patient: what lies before it is cut away. */
export interface CutPlane {
  /** Unit vector (LPS) into what stays. */
  readonly normal: Vector3;
  /** From the volume's middle, along the normal. */
  readonly atMm: number;
}

/** What the views of a volume share, and the kernel keeps. */
export interface VolumeViewState {
  readonly mode: VolumeMode;
  /** HU, low and high, of each mode. */
  readonly windows: Readonly<Record<VolumeMode, readonly [number, number]>>;
  readonly camera: Camera;
  readonly cut: CutPlane | null;
  readonly thicknessMm: number;
  readonly mask: MaskShown;
  readonly rings: boolean;
}

/** The page asks for parts, the kernel answers with the same list and two buffers for each: int16 HU, and the mask (uint8, empty without one). */
export interface PartsMessage {
  readonly parts: readonly number[];
}

/** A page tells where its reader has pointed twice (LPS, mm). */
export interface PickMessage {
  readonly pickedMm: Vector3;
}

/** Slices of the grid that a part has, from the first on. */
export function slicesIn(scan: Pick<VolumeScan, 'size' | 'slicesOfPart'>, part: number): [number, number] {
  const first = part * scan.slicesOfPart;
  return [first, Math.min(scan.slicesOfPart, scan.size[2] - first)];
}

import { type PlaneAxes, type PlaneName, pixelAlong, seenFromHead } from '../../figures/slices/planeAxes.js';
import { voxelToWorld } from '../../volumes/voxels/geometry.js';
import type { Geometry, Vector3 } from '../../volumes/voxels/volume.js';
import { voxelInside } from '../presentMark.js';
import type { ViewerScan } from '../viewerState.js';
import type { Model } from './anywidget.js';

/** The state of a viewer, typed; a change is drawn in every view and told to the kernel. */
export interface ViewerModel {
  readonly scan: ViewerScan;
  readonly voxel: Vector3;
  /** HU that are drawn black and white. */
  readonly window: readonly [number, number];
  /** Of the overlay; undefined where there is none. */
  readonly opacity: number | undefined;
  /** Of a difference, which is drawn in colours that are full there; undefined: grey values of a scan. */
  readonly rangeHu: number | undefined;
  /** Whether the lines of the crosshair are drawn. */
  readonly crosshair: boolean;
  /** The patient's left at the left of the picture; radiologists have it at the right. */
  readonly neurological: boolean;
  moveTo(voxel: Vector3): void;
  setWindow(low: number, high: number): void;
  setOpacity(opacity: number): void;
  showCrosshair(shown: boolean): void;
  setNeurological(neurological: boolean): void;
  /** A plane as it is seen: mirrored where the patient's left is to be at the left. */
  seen(plane: PlaneAxes): PlaneAxes;
}

export function viewerModel(model: Model): ViewerModel {
  const scan = model.get('scan') as ViewerScan;
  const set = (key: string, value: unknown): void => {
    model.set(key, value); // drawn at once in every view of this page, which ask for their slices first
    // At once: while a change is untold, the echo of the one before would undo it. Jupyter's front end sends one at a time.
    model.save_changes();
  };
  return {
    scan,
    get voxel() {
      return model.get('voxel') as Vector3;
    },
    get window() {
      return model.get('window') as readonly [number, number];
    },
    get opacity() {
      return model.get('opacity') as number | undefined;
    },
    get rangeHu() {
      return model.get('rangeHu') as number | undefined;
    },
    // A kernel of an older program knows neither.
    get crosshair() {
      return model.get('crosshair') !== false;
    },
    get neurological() {
      return model.get('neurological') === true;
    },
    moveTo(voxel) {
      const inside = voxelInside(scan, voxel);
      if (inside.some((index, axis) => index !== this.voxel[axis])) set('voxel', inside);
    },
    setOpacity: (opacity) => set('opacity', opacity),
    showCrosshair: (shown) => set('crosshair', shown),
    setNeurological: (neurological) => set('neurological', neurological),
    seen(plane) {
      return this.neurological ? seenFromHead(plane) : plane;
    },
    setWindow: (low, high) => set('window', [Math.round(low), Math.round(high)]),
  };
}

/** Each plane has a colour; the lines of the crosshair have that of the plane they stand for. */
export const PLANE_COLORS: Readonly<Record<PlaneName, string>> = {
  axial: '#ff7a6b',
  coronal: '#5fd38a',
  sagittal: '#6cb6ff',
};

/** Column and row (fractional, of pixels' centres) of a voxel in a plane. */
export function pixelOf({ size }: ViewerScan, { right, down }: PlaneAxes, voxel: Vector3): [number, number] {
  return [pixelAlong(right, size, voxel[right.axis]), pixelAlong(down, size, voxel[down.axis])];
}

/** The voxel (fractional) at a pixel of the plane that now lies at `at`. */
export function pointAt(
  { size }: ViewerScan,
  { right, down }: PlaneAxes,
  at: Vector3,
  column: number,
  row: number,
): Vector3 {
  const voxel: [number, number, number] = [at[0], at[1], at[2]];
  voxel[right.axis] = pixelAlong(right, size, column);
  voxel[down.axis] = pixelAlong(down, size, row);
  return voxel;
}

/** A grid in the world, as it is said to readers. */
type SaidGrid = Pick<ViewerScan, keyof Geometry | 'oriented' | 'means'>;

/** Position, for readers: world mm, and the voxel. */
export function placeTexts(scan: SaidGrid, voxel: Vector3): [string, string] {
  const [x, y, z] = voxelToWorld(scan, voxel).map((mm) => number(mm, 1));
  return [
    `x ${x}  y ${y}  z ${z} mm${scan.oriented ? ' LPS' : ''}`,
    `   voxel ${inScan(scan, voxel).join(', ')}`,
  ];
}

/** Index of a voxel in the scan itself, where a saved page holds means. */
function inScan({ means = [1, 1, 1] }: SaidGrid, voxel: Vector3): number[] {
  return voxel.map((index, axis) => Math.floor(index * means[axis]! + (means[axis]! - 1) / 2));
}

/** A number with a true minus sign. */
export function number(value: number, digits = 0): string {
  return value
    .toFixed(digits)
    .replace(/^-(?=0(\.0*)?$)/, '')
    .replace('-', '\u2212');
}

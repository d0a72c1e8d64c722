import { NO_DIFFERENCE } from '../../figures/slices/differenceColor.js';
import type { PlaneAxes } from '../../figures/slices/planeAxes.js';
import type { Vector3 } from '../../volumes/voxels/volume.js';
import type { ViewerMarker, ViewerScan } from '../viewerState.js';
import { type PlaneBox, placeInBox, type SlicePlace, type ViewFrame } from '../viewFrame.js';
import { type Point, ringRadius } from './planeOverlay.js';
import type { Ruler } from './ruler.js';
import type { SliceStore, StoredSlice } from './sliceStore.js';
import { pixelOf, pointAt, type ViewerModel } from './viewerModel.js';

export interface Found {
  readonly voxel: Vector3;
  readonly hu: number;
}

/** What the planes of a viewer share. */
export interface PlaneContext {
  readonly viewer: ViewerModel;
  /** Of the scan, where there are several. */
  readonly label?: string;
  readonly store: SliceStore;
  readonly ruler: Ruler;
  frame: ViewFrame;
  /** Second end of a ruler that has one: under the pointer, or the crosshair. */
  aim: Vector3 | undefined;
  /** Draws all planes before the next frame. */
  changed(): void;
  /** Says at once what lies under the pointer. */
  pointed(): void;
}

/** One plane of a scan in its box: which voxel lies at a point, and at which point a voxel is seen. */
export class PlaneSight {
  box: PlaneBox = { width: 1, height: 1, perMm: 1 };
  /** The slice that is drawn: the one before, until the wanted one has come. */
  shown: (StoredSlice & { readonly level: number }) | undefined;
  /** Where it rests. */
  pointer: Point | undefined;
  readonly scan: ViewerScan;
  readonly columns: number;
  readonly rows: number;
  readonly widthMm: number;
  readonly heightMm: number;
  readonly lastLevel: number;

  constructor(
    readonly shared: PlaneContext,
    readonly plane: PlaneAxes,
  ) {
    this.scan = shared.viewer.scan;
    const { size, spacingMm } = this.scan;
    const [right, down] = [plane.right.axis, plane.down.axis];
    [this.columns, this.rows] = [size[right], size[down]];
    [this.widthMm, this.heightMm] = [this.columns * spacingMm[right], this.rows * spacingMm[down]];
    this.lastLevel = size[plane.through.axis] - 1;
  }

  /** The plane's axes as the reader looks at it. */
  get axes(): PlaneAxes {
    return this.shared.viewer.seen(this.plane);
  }

  get place(): SlicePlace {
    return placeInBox(this.scan, this.shared.frame, this.axes, this.box);
  }

  /** Of the slice that is shown, else of the one that is wanted: voxel along the axis through the plane. */
  get level(): number {
    return this.shown?.level ?? this.shared.viewer.voxel[this.plane.through.axis];
  }

  /** Slices count from right, front or feet, whichever way the voxels run; the way back is the same. */
  numberOf(level: number): number {
    return this.plane.through.sign > 0 ? level : this.lastLevel - level;
  }

  /** The crosshair's voxel, moved to a slice; default: the one that is shown. */
  inSlice(level = this.level): Vector3 {
    const voxel: [number, number, number] = [...this.shared.viewer.voxel];
    voxel[this.plane.through.axis] = level;
    return voxel;
  }

  /** Column and row, fractional, as seen. */
  pixelAt([x, y]: Point): [number, number] {
    const { left, top } = this.place;
    const [right, down] = this.#pixelsPerVoxel();
    return [(x - left) / right - 0.5, (y - top) / down - 0.5];
  }

  /** Fractional, in the slice that is shown, or in that of another voxel. */
  voxelAt(point: Point, from = this.inSlice()): Vector3 {
    return pointAt(this.scan, this.axes, from, ...this.pixelAt(point));
  }

  pointOf(voxel: Vector3): Point {
    const { left, top } = this.place;
    const [right, down] = this.#pixelsPerVoxel();
    const [column, row] = pixelOf(this.scan, this.axes, voxel);
    return [left + (column + 0.5) * right, top + (row + 0.5) * down];
  }

  /** Distance of a voxel from the slice that is shown. */
  offMm(voxel: Vector3): number {
    const { axis } = this.plane.through;
    return Math.abs(voxel[axis] - this.level) * this.scan.spacingMm[axis];
  }

  get ringRadius(): number {
    return ringRadius(this.place.perMm);
  }

  /** Those near the slice. */
  markers(): (ViewerMarker & { readonly point: Point })[] {
    return this.scan.markers
      .filter(({ voxel }) => this.offMm(voxel) <= this.scan.markersWithinMm)
      .map((marker) => ({ ...marker, point: this.pointOf(marker.voxel) }));
  }

  /** What lies under the pointer in the slice that is shown at this moment. */
  found(): Found | undefined {
    const { pointer, shown, columns } = this;
    if (pointer === undefined || shown === undefined) return undefined;
    const [column, row] = this.pixelAt(pointer).map(Math.round) as [number, number];
    if (column < 0 || column >= columns || row < 0 || row >= this.rows) return undefined;
    const voxel = this.voxelAt(pointer).map(Math.round) as unknown as Vector3;
    const stored = pixelOf(this.scan, this.plane, voxel);
    const hu = shown.hu[stored[1] * columns + stored[0]]!;
    return hu === NO_DIFFERENCE && this.shared.viewer.rangeHu !== undefined ? undefined : { voxel, hu };
  }

  /** CSS pixels of a voxel, to the right and down. */
  #pixelsPerVoxel(): readonly [right: number, down: number] {
    const { perMm } = this.place;
    const { spacingMm } = this.scan;
    return [perMm * spacingMm[this.plane.right.axis], perMm * spacingMm[this.plane.down.axis]];
  }
}

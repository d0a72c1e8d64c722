import { escaped } from '../figures/markup.js';
import { checkedOverlay, type Overlay, overlaySlice } from '../figures/overlaySlice.js';
import { type Picture, WINDOWS, type WindowHu } from '../figures/picture.js';
import { PLANE_NAMES, type PlaneAxes, planeAxes } from '../figures/planeAxes.js';
import { sliceValues } from '../figures/slicePlane.js';
import { type Mark, threePlanes } from '../figures/threePlanes.js';
import { voxelToWorld, worldToVoxel } from '../volumes/geometry.js';
import type { Vector3, Volume } from '../volumes/volume.js';
import { shownBy } from './control.js';
import { createListeners } from './listeners.js';
import { savedViewer, savedViewerHtml } from './savedViewer.js';
import { isPatch, type ViewedPatch, volumeOfPatch } from './viewedPatch.js';
import type { Preset, SliceRequest, SlicesMessage, ViewerScan } from './viewerState.js';
import { createWidget } from './widget.js';

/** What the viewer shows beside the voxels. */
export interface SliceViewerOptions {
  readonly title?: string;
  /** Candidates: rings in the planes, and a list to jump along. */
  readonly marks?: readonly Mark[];
  /** Marks further off a plane are not drawn in it; default 4 mm. */
  readonly marksWithinMm?: number;
  /** Grey values at the start; default: the lung window. */
  readonly window?: WindowHu;
  /** Where the planes cross at the start (LPS, mm); default: the first nodule of `marks`, or the middle. */
  readonly throughWorldMm?: Vector3;
  /** Default: radiological, the patient's left at the right of axial and coronal slices. The page has a switch. */
  readonly convention?: 'radiological' | 'neurological';
  /** Drawn in colour over the planes: a heat map, a mask. The page has a slider of its opacity. */
  readonly overlay?: Overlay;
}

/** Three linked planes. The voxels stay in the kernel, and the page gets the slices that it shows. */
export interface SliceViewer {
  /** Where the planes cross (LPS, mm); setting it moves every view to the voxel there. */
  positionMm: Vector3;
  window: WindowHu;
  /** Of the voxel where the planes cross. */
  readonly valueHu: number;
  /** Calls the listener when the reader moves the crosshair; returns what ends that. */
  onMove(listener: (positionMm: Vector3) => void): () => void;
  /** Ends the traffic with the notebook; the picture stays. */
  close(): void;
}

/** A picture of a patch is at least so wide, in pixels. */
const STILL_EDGE = 240;

/**
 * A viewer of a scan or a patch: axial, coronal and sagittal slices through one voxel.
 * `sliceViewer(volume, { marks: candidates })`; saved notebooks keep a picture of the three planes.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const table = readCandidates(inRepository('data/raw/candidates_V2.csv'));
 * const marks = table.filter(({ seriesUid }) => seriesUid === scan.uid);
 * const viewer = sliceViewer(await readVolume(scan), { marks, window: WINDOWS.lung });
 * viewer.onMove((positionMm) => console.log(positionMm, viewer.valueHu));
 * display(viewer);
 */
export function sliceViewer(viewed: Volume | ViewedPatch, options: SliceViewerOptions = {}): SliceViewer {
  const volume = isPatch(viewed) ? volumeOfPatch(viewed) : viewed;
  const scan = viewerScan(volume, options, !isPatch(viewed) || viewed.direction !== undefined);
  const listeners = createListeners<Vector3>();
  let voxel = startVoxel(volume, options);
  let window = checkedWindow(options.window ?? WINDOWS.lung);
  const overlay = options.overlay === undefined ? undefined : checkedOverlay(options.overlay);
  let opacity = overlay?.opacity ?? 0;
  let picture: Picture | undefined;

  const widget = createWidget({
    frontEnd: 'sliceViewer',
    state: {
      ...{ scan, voxel, window: [window.low, window.high], still: '', crosshair: true },
      neurological: options.convention === 'neurological',
      ...(overlay && { opacity }),
    },
    accept: ({ voxel: moved, window: set, opacity: seen, crosshair, neurological }) => ({
      ...(typeof crosshair === 'boolean' && { crosshair }),
      ...(typeof neurological === 'boolean' && { neurological }),
      ...(isVoxelOf(volume, moved) && { voxel: moved }),
      ...(isWindow(set) && { window: set }),
      ...(overlay !== undefined && isShare(seen) && { opacity: seen }),
    }),
    onState({ voxel: moved, window: set, opacity: seen }) {
      if (isShare(seen)) opacity = seen;
      if (isWindow(set)) window = { low: set[0], high: set[1] };
      if (!isVoxelOf(volume, moved) || moved.every((index, axis) => index === voxel[axis])) return;
      voxel = moved;
      listeners.tell(voxelToWorld(volume, voxel));
    },
    onMessage(content) {
      const { number, slices } = content as unknown as SlicesMessage;
      if (!Array.isArray(slices)) return;
      const known = slices.filter((slice) => isSliceOf(scan, slice));
      widget.send({ number, slices: known }, [
        ...known.map((slice) => sliceBytes(volume, scan, slice)),
        ...(overlay === undefined ? [] : known.map((slice) => overlayBytes(overlay.volume, scan, slice))),
      ]);
    },
    still: () => {
      const text = `${scan.title}: ${volume.size.join(' x ')} voxels`;
      const image = `<img alt="${escaped(text)}" src="${widget.state.still}">`;
      return { html: savedViewerHtml(image, savedViewer(volume, widget.state, overlay)), text };
    },
  });
  // Made when the viewer is shown: the picture costs time, and a cell may yet move the planes.
  const mimeBundle = (): ReturnType<typeof widget.mimeBundle> => {
    picture ??= threePlanes(volume, voxelToWorld(volume, voxel), {
      title: scan.title,
      window,
      marks: options.marks ?? [],
      ...(overlay && { overlay: { ...overlay, opacity } }),
      oriented: scan.oriented,
      pixelsPerMm: Math.max(
        0.9,
        STILL_EDGE / Math.max(...volume.size.map((n, i) => n * volume.spacingMm[i]!)),
      ),
    });
    widget.set({ still: `data:image/svg+xml,${encodeURIComponent(picture.svg())}` });
    return widget.mimeBundle();
  };
  const viewer: SliceViewer = {
    get positionMm() {
      return voxelToWorld(volume, voxel);
    },
    set positionMm(worldMm) {
      voxel = nearestVoxel(volume, worldMm);
      widget.set({ voxel });
    },
    get window() {
      return window;
    },
    set window(set) {
      window = checkedWindow(set);
      widget.set({ window: [set.low, set.high] });
    },
    get valueHu() {
      const [width, height] = volume.size;
      return volume.data[(voxel[2] * height + voxel[1]) * width + voxel[0]]!;
    },
    onMove: listeners.add,
    close() {
      listeners.end();
      widget.close();
    },
  };
  return shownBy(viewer, { ...widget, mimeBundle });
}

/** What the page knows of a scan. Throws RangeError for one that cannot be shown. */
export function viewerScan(volume: Volume, options: SliceViewerOptions, oriented: boolean): ViewerScan {
  const { size, spacingMm, originMm, direction, data } = volume;
  const voxels = size[0] * size[1] * size[2];
  if (!size.every((count) => Number.isInteger(count) && count > 0))
    throw new RangeError(`Expected at least one voxel along each axis, received ${size.join(' x ')}`);
  if (!spacingMm.every((mm) => mm > 0 && mm < Number.POSITIVE_INFINITY))
    throw new RangeError(`Expected a spacing above 0 mm along each axis, received ${spacingMm.join(', ')}`);
  if (data.length !== voxels)
    throw new RangeError(`Expected ${size.join(' x ')} = ${voxels} voxels, received ${data.length}`);
  return {
    ...{ size, spacingMm, originMm, direction, oriented },
    title: options.title ?? (oriented ? 'scan' : 'patch'),
    planes: PLANE_NAMES.map((name) => planeAxes(volume, name)),
    presets: presetsOf(volume),
    markers: (options.marks ?? []).map((mark, index) => ({
      voxel: worldToVoxel(volume, checkedPlace(`center of mark ${index + 1}`, mark.centerWorldMm)),
      class: mark.class,
      label: `${mark.class === 1 ? 'nodule' : 'other'} ${index + 1}`,
    })),
    markersWithinMm: options.marksWithinMm ?? 4,
  };
}

/** Radiologists' windows, and the one that the scan's file asks for. */
function presetsOf({ displayWindow }: Volume): Preset[] {
  const windows = Object.entries(WINDOWS).map(([name, { low, high }]) => ({ name, low, high }));
  return displayWindow === undefined ? windows : [...windows, { name: 'DICOM', ...displayWindow }];
}

function startVoxel(volume: Volume, { throughWorldMm, marks = [] }: SliceViewerOptions): Vector3 {
  const start = throughWorldMm ?? marks.find((mark) => mark.class === 1)?.centerWorldMm;
  if (start !== undefined) return nearestVoxel(volume, start);
  const [x, y, z] = volume.size;
  return [Math.floor(x / 2), Math.floor(y / 2), Math.floor(z / 2)];
}

/** The voxel of the grid that is nearest to a place. */
function nearestVoxel(volume: Volume, worldMm: Vector3): Vector3 {
  const index = worldToVoxel(volume, checkedPlace('position', worldMm));
  const along = (axis: 0 | 1 | 2): number =>
    Math.max(0, Math.min(volume.size[axis] - 1, Math.round(index[axis])));
  return [along(0), along(1), along(2)];
}

function checkedPlace(name: string, worldMm: Vector3): Vector3 {
  if (worldMm.length === 3 && worldMm.every(Number.isFinite)) return worldMm;
  throw new RangeError(`Expected three numbers in mm as ${name}, received ${worldMm.join(', ')}`);
}

function checkedWindow(window: WindowHu): WindowHu {
  if (isWindow([window.low, window.high])) return window;
  throw new RangeError(`Expected a window with low below high, received ${window.low} to ${window.high} HU`);
}

/** One slice as it travels: int16 HU, little-endian, row after row from the top left as seen. */
function sliceBytes(volume: Volume, scan: ViewerScan, slice: SliceRequest): Uint8Array {
  const values = sliceValues(volume, axesOf(scan, slice), slice.level);
  const hu =
    values instanceof Int16Array
      ? values
      : Int16Array.from(values, (value) => Math.max(-32_768, Math.min(32_767, Math.round(value))));
  return new Uint8Array(hu.buffer);
}

/** What lies over it, a byte a pixel. */
function overlayBytes(overlay: Volume, scan: ViewerScan, slice: SliceRequest): Uint8Array {
  return overlaySlice(scan, overlay, axesOf(scan, slice), slice.level);
}

function axesOf({ planes }: ViewerScan, { plane }: SliceRequest): PlaneAxes {
  return planes.find(({ name }) => name === plane)!;
}

// What the page sends is checked: a page may be of an older program.

function isVoxelOf({ size }: Volume, value: unknown): value is Vector3 {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    value.every((index, axis) => Number.isInteger(index) && index >= 0 && index < size[axis]!)
  );
}

function isWindow(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] < value[1];
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function isSliceOf({ planes, size }: ViewerScan, { plane, level }: SliceRequest): boolean {
  const axes = planes.find(({ name }) => name === plane);
  return axes !== undefined && Number.isInteger(level) && level >= 0 && level < size[axes.through.axis];
}

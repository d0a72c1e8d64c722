import { escaped } from '../figures/drawing/markup.js';
import { type Picture, WINDOWS, type WindowHu } from '../figures/drawing/picture.js';
import { comparedPlanes } from '../figures/slices/comparedPlanes.js';
import { differenceSlice } from '../figures/slices/differenceSlice.js';
import { checkedOverlay, type Overlay } from '../figures/slices/overlaySlice.js';
import { PLANE_NAMES, type PlaneName } from '../figures/slices/planeAxes.js';
import { classOfMark, type Mark } from '../figures/slices/threePlanes.js';
import type { JsonObject } from '../kernel/wire/protocol.js';
import { voxelToWorld } from '../volumes/voxels/geometry.js';
import type { Vector3, Volume } from '../volumes/voxels/volume.js';
import { shownBy } from './control.js';
import { createListeners } from './listeners.js';
import { savedComparison, savedViewerHtml } from './savedViewer.js';
import { checkedPlace, checkedWindow, isShare, isWindow } from './viewerChecks.js';
import { viewerScan } from './viewerScan.js';
import { axesOf, isSliceOf, overlayBytes, sliceBytes } from './viewerSlices.js';
import type { ComparedSlicesMessage, ViewerScan } from './viewerState.js';
import { isPlace } from './volumeChecks.js';
import { createWidget } from './widget.js';

/** How two volumes are compared. */
export interface CompareViewerOptions {
  readonly title?: string;
  /** What the volumes are called; default first and second. */
  readonly names?: readonly [string, string];
  /** The plane at the start; default axial. */
  readonly plane?: PlaneName;
  /** Candidates: rings in all planes, and a list to jump along. */
  readonly marks?: readonly Mark[];
  /** Grey values of both at the start; default: the lung window. */
  readonly window?: WindowHu;
  /** The difference at which the colours are full, HU; default 100. The page has a slider. */
  readonly rangeHu?: number;
  /** Where the planes cross at the start (LPS, mm); default: the first nodule of `marks`, or the middle of the first volume. */
  readonly throughWorldMm?: Vector3;
  /** Drawn in colour over both: a mask of the lungs. The page has a slider of its opacity. */
  readonly overlay?: Overlay;
}

/** Two volumes beside each other, and their difference. */
export interface CompareViewer {
  /** Where the planes cross in all columns (LPS, mm). */
  positionMm: Vector3;
  window: WindowHu;
  /** Calls the listener when the reader moves the crosshair; returns what ends that. */
  onMove(listener: (positionMm: Vector3) => void): () => void;
  /** Ends the traffic with the notebook; the picture stays. */
  close(): void;
}

const RANGE_HU = 100;

/**
 * Compares two volumes of a patient, on any grids: slices through one place of the world beside each other, with one crosshair,
 * window, zoom and ruler (mm), and their difference, second minus first in HU, on the first one's grid (linear between voxels
 * of the second; where it has none nothing is shown). Saved notebooks keep it alive, with means where the voxels are too many.
 * Throws RangeError for a volume, window, range or place that cannot be shown.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const raw = await readVolume(scan);
 * const resampled = resampleVolume(raw, { spacingMm: [1, 1, 1], interpolation: 'linear' });
 * display(compareViewer(raw, resampled, { names: ['raw', '1 mm'], rangeHu: 200 }));
 */
export function compareViewer(
  first: Volume,
  second: Volume,
  options: CompareViewerOptions = {},
): CompareViewer {
  const names = options.names ?? (['first', 'second'] as const);
  const title = options.title ?? `${names[0]} and ${names[1]}`;
  const described = { title, marks: options.marks ?? [] };
  const scans: readonly [ViewerScan, ViewerScan] = [
    viewerScan(first, described, true),
    viewerScan(second, described, true),
  ];
  const rangeHu = checkedRange(options.rangeHu ?? RANGE_HU);
  const plane = checkedPlane(options.plane ?? 'axial');
  const overlay = options.overlay === undefined ? undefined : checkedOverlay(options.overlay);
  const listeners = createListeners<Vector3>();
  let positionMm = startPosition(first, options);
  let window = checkedWindow(options.window ?? WINDOWS.lung);
  let picture: Picture | undefined;

  const widget = createWidget({
    frontEnd: 'compareViewer',
    state: {
      ...{ scans, names, positionMm, plane, rangeHu, window: [window.low, window.high], still: '' },
      ...{ crosshair: true, neurological: false },
      ...(overlay && { opacity: overlay.opacity }),
    } as unknown as JsonObject,
    accept: (changes) => accepted(changes, overlay !== undefined),
    onState({ positionMm: moved, window: set }) {
      if (isWindow(set)) window = { low: set[0], high: set[1] };
      if (!isPlace(moved)) return;
      positionMm = moved;
      listeners.tell(moved);
    },
    onMessage(content) {
      const { number, slices, of } = content as unknown as ComparedSlicesMessage;
      const scan = scans[of === 'second' ? 1 : 0];
      if (!Array.isArray(slices)) return;
      const known = slices.filter((slice) => isSliceOf(scan, slice));
      const volume = of === 'second' ? second : first;
      const values = known.map((slice) =>
        of === 'difference'
          ? new Uint8Array(differenceSlice(first, second, axesOf(scan, slice), slice.level).buffer)
          : sliceBytes(volume, scan, slice),
      );
      const over =
        overlay === undefined || of === 'difference'
          ? []
          : known.map((slice) => overlayBytes(overlay.volume, scan, slice));
      widget.send({ number, slices: known, of } as unknown as JsonObject, [...values, ...over]);
    },
    still: () => {
      const text = `${title}: ${first.size.join(' x ')} and ${second.size.join(' x ')} voxels`;
      const image = `<img alt="${escaped(text)}" src="${widget.state.still}">`;
      return { html: savedViewerHtml(image, savedComparison(first, second, widget.state, overlay)), text };
    },
  });
  const mimeBundle = (): ReturnType<typeof widget.mimeBundle> => {
    picture ??= comparedPlanes(first, second, {
      ...{ title, names, plane, window, rangeHu },
      throughWorldMm: positionMm,
    });
    widget.set({ still: `data:image/svg+xml,${encodeURIComponent(picture.svg())}` });
    return widget.mimeBundle();
  };
  const viewer: CompareViewer = {
    get positionMm() {
      return positionMm;
    },
    set positionMm(worldMm) {
      positionMm = checkedPlace('position', worldMm);
      widget.set({ positionMm } as unknown as JsonObject);
    },
    get window() {
      return window;
    },
    set window(set) {
      window = checkedWindow(set);
      widget.set({ window: [set.low, set.high] });
    },
    onMove: listeners.add,
    close() {
      listeners.end();
      widget.close();
    },
  };
  return shownBy(viewer, { ...widget, mimeBundle });
}

/** What holds of the changes that a page asks for. */
function accepted(changes: JsonObject, overlaid: boolean): JsonObject {
  const { positionMm, window, rangeHu, plane, crosshair, neurological, opacity } = changes;
  return {
    ...(isPlace(positionMm) && { positionMm: [...positionMm] }),
    ...(isWindow(window) && { window: [...window] }),
    ...(isRange(rangeHu) && { rangeHu }),
    ...(isPlane(plane) && { plane }),
    ...(typeof crosshair === 'boolean' && { crosshair }),
    ...(typeof neurological === 'boolean' && { neurological }),
    ...(overlaid && isShare(opacity) && { opacity }),
  };
}

function startPosition(first: Volume, { throughWorldMm, marks = [] }: CompareViewerOptions): Vector3 {
  const start = throughWorldMm ?? marks.find((mark) => classOfMark(mark) === 1)?.centerWorldMm;
  if (start !== undefined) return checkedPlace('position', start);
  const [x, y, z] = first.size;
  return voxelToWorld(first, [Math.floor(x / 2), Math.floor(y / 2), Math.floor(z / 2)]);
}

function isRange(value: unknown): value is number {
  return typeof value === 'number' && value >= 1 && value <= 5000;
}

function checkedRange(rangeHu: number): number {
  if (isRange(rangeHu)) return rangeHu;
  throw new RangeError(`Expected a range of the difference from 1 to 5000 HU, received ${rangeHu}`);
}

function isPlane(value: unknown): value is PlaneName {
  return PLANE_NAMES.includes(value as PlaneName);
}

function checkedPlane(plane: PlaneName): PlaneName {
  if (isPlane(plane)) return plane;
  throw new RangeError(`Expected the plane to be ${PLANE_NAMES.join(', ')}, received ${plane}`);
}

import { escaped } from '../figures/drawing/markup.js';
import { type Picture, WINDOWS, type WindowHu } from '../figures/drawing/picture.js';
import { checkedOverlay, type Overlay } from '../figures/slices/overlaySlice.js';
import { classOfMark, type Mark, threePlanes } from '../figures/slices/threePlanes.js';
import { voxelToWorld } from '../volumes/voxels/geometry.js';
import type { Vector3, Volume } from '../volumes/voxels/volume.js';
import { shownBy } from './control.js';
import { createListeners } from './listeners.js';
import { savedViewer, savedViewerHtml } from './savedViewer.js';
import { isPatch, type ViewedPatch, volumeOfPatch } from './viewedPatch.js';
import { checkedWindow, isShare, isVoxelOf, isWindow, nearestVoxel } from './viewerChecks.js';
import { viewerScan } from './viewerScan.js';
import { isSliceOf, overlayBytes, sliceBytes } from './viewerSlices.js';
import type { SlicesMessage } from './viewerState.js';
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

function startVoxel(volume: Volume, { throughWorldMm, marks = [] }: SliceViewerOptions): Vector3 {
  const start = throughWorldMm ?? marks.find((mark) => classOfMark(mark) === 1)?.centerWorldMm;
  if (start !== undefined) return nearestVoxel(volume, start);
  const [x, y, z] = volume.size;
  return [Math.floor(x / 2), Math.floor(y / 2), Math.floor(z / 2)];
}

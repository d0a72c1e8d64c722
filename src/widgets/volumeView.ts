import { randomUUID } from 'node:crypto';
import { type Picture, WINDOWS, type WindowHu } from '../figures/drawing/picture.js';
import { PLANE_NAMES, planeAxes } from '../figures/slices/planeAxes.js';
import { type Mark, threePlanes } from '../figures/slices/threePlanes.js';
import { currentCell } from '../kernel/cells/cellContext.js';
import type { JsonObject } from '../kernel/wire/protocol.js';
import type { Vector3, Volume } from '../volumes/voxels/volume.js';
import { shownBy } from './control.js';
import { createListeners } from './listeners.js';
import { createPicturedWidget } from './picturedWidget.js';
import { type ViewedPatch, viewedVolume } from './viewedPatch.js';
import { checkedPlace, checkedVolume, checkedWindow, isPlace } from './viewerChecks.js';
import { describedScan, WINDOW_PRESETS } from './viewerScan.js';
import type { Preset } from './viewerState.js';
import { type Camera, middleOf, wholeVolume } from './volumeCamera.js';
import { acceptedView } from './volumeChecks.js';
import { maskOfPart, reducedForView, type ShownVolume, slicesOfPart, valuesOfPart } from './volumeParts.js';
import {
  MASK_SHOWN,
  type MaskShown,
  slicesIn,
  VOLUME_MODES,
  type VolumeMode,
  type VolumeScan,
  type VolumeViewState,
} from './volumeState.js';

/** What a volume view shows beside the voxels, and how it starts. */
export interface VolumeViewOptions {
  readonly title?: string;
  /** Candidates: rings, and a list to jump along. Orange is a nodule. */
  readonly marks?: readonly Mark[];
  /** Above 0: lung, or what is to be seen in colour. A value a voxel, in their order, as `lungMask` writes it. */
  readonly mask?: Uint8Array;
  /** What the mask does at the start: `coloured` (default), `alone` leaves out what lies outside it, `off`. */
  readonly maskShown?: MaskShown;
  /** Lit surfaces (default), the maximum along each ray (`MIP`), or that of a slab through the middle. */
  readonly mode?: VolumeMode;
  /** Of the mode at the start. HU: black and white of a projection; where surfaces begin, and where they are solid. */
  readonly window?: WindowHu;
  /** Of the slab, default 10 mm. */
  readonly thicknessMm?: number;
}

/** A volume that the reader turns. Its voxels travel to the page once. */
export interface VolumeView {
  mode: VolumeMode;
  /** HU, of the mode that is shown. */
  window: WindowHu;
  /** In the middle of the picture, which slab and cut go through (LPS, mm). */
  positionMm: Vector3;
  /** Calls the listener with the place (LPS, mm) that a reader presses twice; returns what ends that. */
  onPick(listener: (positionMm: Vector3) => void): () => void;
  /** Ends the traffic with the notebook, and lets go of the voxels. */
  close(): void;
}

const SURFACES: readonly Preset[] = [
  { name: 'bone', low: 130, high: 380 },
  { name: 'skin', low: -420, high: -180 },
  { name: 'dense', low: 450, high: 900 },
];
const THICKNESS_MM = 10;
/** Of the three projections together, pixels. */
const STILL_WIDTH = 920;
/** JupyterLab's id of a cell -> from where its reader looked: the cell that runs again starts there. */
const cameras = new Map<string, Camera>();

/**
 * A scan or a patch in three dimensions: lit surfaces, maximum intensity projection, slab, cut; marks as rings and a mask in
 * colour. It is drawn in the page with WebGL2; without it, and in saved notebooks, there is a picture of three projections.
 * Throws RangeError for a volume, mask, window or place that cannot be shown.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const table = readCandidates(inRepository('data/raw/candidates_V2.csv'));
 * const marks = table.filter(({ seriesUid }) => seriesUid === scan.uid);
 * const volume = await readVolume(scan);
 * const view = volumeView(volume, { marks, mask: lungMask(volume, { marginMm: 0 }) });
 * view.onPick((positionMm) => console.log(positionMm));
 * display(view);
 */
export function volumeView(viewed: Volume | ViewedPatch, options: VolumeViewOptions = {}): VolumeView {
  const { volume, oriented } = viewedVolume(viewed);
  checkedVolume(volume);
  const shown = reducedForView(volume, checkedMask(volume, options.mask));
  const scan = volumeScan(shown, options, oriented);
  const listeners = createListeners<Vector3>();
  const cell = currentCell()?.request.metadata.cellId;
  const kept = typeof cell === 'string' ? cameras.get(cell) : undefined;
  let state = startingState(scan, options, kept);

  const widget = createPicturedWidget({
    frontEnd: 'volumeView',
    state: { ...state, scan, key: randomUUID() } as unknown as JsonObject,
    accept: (changes) => acceptedView(scan, changes) as JsonObject,
    onState(changes) {
      state = { ...state, ...(changes as Partial<VolumeViewState>) };
      if (typeof cell === 'string') cameras.set(cell, state.camera);
    },
    onMessage({ parts, pickedMm }) {
      if (isPlace(pickedMm)) listeners.tell(pickedMm);
      if (!Array.isArray(parts)) return;
      const known = parts.filter(
        (part) => Number.isInteger(part) && part >= 0 && slicesIn(scan, part)[1] > 0,
      );
      widget.send(
        { parts: known },
        known.flatMap((part) => [valuesOfPart(shown, scan, part), maskOfPart(shown, scan, part)]),
      );
    },
    text: `${scan.title}: ${volume.size.join(' x ')} voxels`,
    draw: () => projections(volume, options, scan),
  });
  const change = (changes: Partial<VolumeViewState>): void => {
    state = { ...state, ...changes };
    widget.set(changes as unknown as JsonObject);
  };
  const view: VolumeView = {
    get mode() {
      return state.mode;
    },
    set mode(mode) {
      change({ mode: checkedMode(mode) });
    },
    get window() {
      const [low, high] = state.windows[state.mode];
      return { low, high };
    },
    set window(window) {
      const { low, high } = checkedWindow(window);
      change({ windows: { ...state.windows, [state.mode]: [low, high] } });
    },
    get positionMm() {
      return state.camera.centerMm;
    },
    set positionMm(worldMm) {
      change({ camera: { ...state.camera, centerMm: checkedPlace('position', worldMm) } });
    },
    onPick: listeners.add,
    close() {
      listeners.end();
      widget.close();
    },
  };
  return shownBy(view, widget);
}

function volumeScan(
  { geometry, means, mask }: ShownVolume,
  options: VolumeViewOptions,
  oriented: boolean,
): VolumeScan {
  return {
    ...describedScan(geometry, options, oriented),
    presets: { render: SURFACES, MIP: WINDOW_PRESETS, slab: WINDOW_PRESETS },
    masked: mask !== undefined,
    slicesOfPart: slicesOfPart(geometry.size),
    ...(means.some((count) => count > 1) && { means }),
  };
}

function startingState(
  scan: VolumeScan,
  options: VolumeViewOptions,
  kept: Camera | undefined,
): VolumeViewState {
  const mode = checkedMode(options.mode ?? 'render');
  const maskShown = options.maskShown ?? 'coloured';
  if (!MASK_SHOWN.includes(maskShown))
    throw new RangeError(`Expected maskShown to be ${MASK_SHOWN.join(', ')}, received ${maskShown}`);
  const thicknessMm = options.thicknessMm ?? THICKNESS_MM;
  if (!(thicknessMm > 0 && Number.isFinite(thicknessMm)))
    throw new RangeError(`Expected a slab above 0 mm, received ${thicknessMm}`);
  const { mediastinum, lung } = WINDOWS;
  const windows = {
    render: SURFACES[0]!,
    MIP: mediastinum,
    slab: lung,
    ...givenWindow(mode, options.window),
  };
  const pair = ({ low, high }: WindowHu): readonly [number, number] => [low, high];
  return {
    ...{ mode, thicknessMm, cut: null, rings: true },
    windows: { render: pair(windows.render), MIP: pair(windows.MIP), slab: pair(windows.slab) },
    camera: kept ?? wholeVolume(scan),
    mask: scan.masked ? maskShown : 'off',
  };
}

function givenWindow(mode: VolumeMode, window: WindowHu | undefined): Partial<Record<VolumeMode, WindowHu>> {
  return window === undefined ? {} : { [mode]: checkedWindow(window) };
}

function checkedMode(mode: VolumeMode): VolumeMode {
  if (VOLUME_MODES.includes(mode)) return mode;
  throw new RangeError(`Expected the mode to be ${VOLUME_MODES.join(', ')}, received ${mode}`);
}

function checkedMask({ data }: Volume, mask: Uint8Array | undefined): Uint8Array | undefined {
  if (mask === undefined || mask.length === data.length) return mask;
  throw new RangeError(`Expected a mask of ${data.length} values, one a voxel, received ${mask.length}`);
}

/** Where no page draws it: the highest values from the feet, the front and the left. */
function projections(volume: Volume, options: VolumeViewOptions, { title, oriented }: VolumeScan): Picture {
  const mode = options.mode ?? 'render';
  const widthMm = PLANE_NAMES.reduce((sum, name) => {
    const { axis } = planeAxes(volume, name).right;
    return sum + volume.size[axis] * volume.spacingMm[axis];
  }, 0);
  return threePlanes(volume, middleOf(volume), {
    ...{ oriented, projection: 'maximum', pixelsPerMm: STILL_WIDTH / widthMm },
    title: `${title}, highest values${options.mask === undefined ? '' : ' within the mask'}`,
    window: mode === 'render' ? WINDOWS.bone : (options.window ?? WINDOWS.mediastinum),
    marks: options.marks ?? [],
    ...(options.mask !== undefined && { mask: options.mask }),
  });
}

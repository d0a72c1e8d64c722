import { NO_DIFFERENCE } from '../../figures/slices/differenceColor.js';
import { type PlaneAxes, planeLetters, planeTitle } from '../../figures/slices/planeAxes.js';
import { voxelToWorld } from '../../volumes/voxels/geometry.js';
import type { Vector3 } from '../../volumes/voxels/volume.js';
import { type PlaneBox, panned, placeInBox, type ViewFrame, zoomed } from '../viewFrame.js';
import { element } from './elements.js';
import { drawOverlay } from './planeOverlay.js';
import { followPointer } from './planePointer.js';
import { distanceMm, type Ruler } from './ruler.js';
import { drawSlice } from './sliceImage.js';
import type { SliceStore, StoredSlice } from './sliceStore.js';
import { number, PLANE_COLORS, pixelOf, pointAt, type ViewerModel } from './viewerModel.js';

/** One plane of the viewer: the slice, what is drawn over it, and its slider. */
export interface PlaneView {
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly plane: PlaneAxes;
  readonly widthMm: number;
  readonly heightMm: number;
  readonly box: PlaneBox;
  /** Gives the picture its place: CSS pixels per mm of the whole slice, and the box that it stands in the middle of. */
  layOut(box: PlaneBox): void;
  draw(): void;
  /** So many slices towards left, back or head. */
  step(by: number): void;
  /** The crosshair, by so many pixels of the slice to the right and down. */
  nudge(right: number, down: number): void;
  /** The picture, by so many CSS pixels to the right and down. */
  pan(right: number, down: number): void;
  /** What lies under the pointer in the slice that is shown at this moment. */
  found(): Found | undefined;
}

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

const DOUBLE_PRESS_ZOOM = 3;
/** A press that moves less is a click. */
const STILL_PIXELS = 3;

export function createPlaneView(shared: PlaneContext, plane: PlaneAxes): PlaneView {
  const { viewer, store, ruler } = shared;
  const { scan } = viewer;
  const { axis: through, sign } = plane.through;
  const [columns, rows] = [scan.size[plane.right.axis], scan.size[plane.down.axis]];
  const widthMm = columns * scan.spacingMm[plane.right.axis];
  const heightMm = rows * scan.spacingMm[plane.down.axis];
  const last = scan.size[through] - 1;
  const title = planeTitle(plane.name, scan.oriented);
  const name = shared.label === undefined ? title : `${shared.label}, ${title}`;
  const canvas = element('canvas', { class: 'voxlab-plane', tabindex: '0', 'aria-label': `${name} plane` });
  const level = element('input', {
    ...{ type: 'range', min: '0', max: String(last), 'aria-label': `${name} slice` },
  });
  const caption = element('span', { class: 'voxlab-level' });
  const row = element('div', { class: 'voxlab-row' }, level, caption);
  const root = element('div', { class: 'voxlab-pane' }, canvas, row);
  root.style.setProperty('--plane', PLANE_COLORS[plane.name]);
  let box: PlaneBox = { width: 1, height: 1, perMm: 1 };
  /** The slice that is drawn: the one before, until the wanted one has come. */
  let shown: (StoredSlice & { level: number }) | undefined;
  /** Where it rests, CSS pixels. */
  let pointer: readonly [number, number] | undefined;
  let pressed: readonly [number, number] = [0, 0];

  const seen = (): PlaneAxes => viewer.seen(plane);
  const place = () => placeInBox(scan, shared.frame, seen(), box);
  /** Slices count from right, front or feet, whichever way the voxels run. */
  const numberOf = (at: number): number => (sign > 0 ? at : last - at);
  const goTo = (slice: number): void => {
    const voxel: [number, number, number] = [...viewer.voxel];
    voxel[through] = numberOf(Math.max(0, Math.min(last, slice)));
    viewer.moveTo(voxel);
  };
  /** Column and row (fractional, as seen) at a place. */
  const pixelAt = (x: number, y: number): [number, number] => {
    const { left, top, perMm } = place();
    return [
      (x - left) / (perMm * scan.spacingMm[plane.right.axis]) - 0.5,
      (y - top) / (perMm * scan.spacingMm[plane.down.axis]) - 0.5,
    ];
  };
  /** The voxel (fractional) at a place in the slice that is shown. */
  const voxelAt = (x: number, y: number): Vector3 => {
    const voxel: [number, number, number] = [...viewer.voxel];
    voxel[through] = shown?.level ?? voxel[through];
    return pointAt(scan, seen(), voxel, ...pixelAt(x, y));
  };
  const pointOf = (voxel: Vector3): [number, number] => {
    const { left, top, perMm } = place();
    const [column, down] = pixelOf(scan, seen(), voxel);
    return [
      left + (column + 0.5) * scan.spacingMm[plane.right.axis] * perMm,
      top + (down + 0.5) * scan.spacingMm[plane.down.axis] * perMm,
    ];
  };
  const offMm = (voxel: Vector3): number =>
    Math.abs(voxel[through] - (shown?.level ?? viewer.voxel[through])) * scan.spacingMm[through];
  const ringRadius = (): number => Math.max(9, 9 * place().perMm);
  const markersHere = () =>
    scan.markers
      .filter(({ voxel }) => offMm(voxel) <= scan.markersWithinMm)
      .map((marker) => ({ ...marker, point: pointOf(marker.voxel) }));

  level.addEventListener('input', () => goTo(level.valueAsNumber));
  const step = (by: number): void => goTo(numberOf(viewer.voxel[through]) + by);
  const crosshairTo = (x: number, y: number): void => {
    const at: [number, number, number] = [...voxelAt(x, y)];
    at[through] = viewer.voxel[through];
    viewer.moveTo(at);
  };
  const pan = (right: number, down: number): void => {
    shared.frame = panned(scan, shared.frame, seen(), box, [right, down]);
    shared.changed();
  };
  const zoom = (factor: number, x: number, y: number): void => {
    // What is seen in this plane stays under the pointer; the others follow the crosshair.
    const here = placeInBoxCenter();
    shared.frame = zoomed(scan, { ...shared.frame, center: here }, voxelAt(x, y), factor);
    shared.changed();
  };
  const placeInBoxCenter = (): Vector3 => {
    const center: [number, number, number] = [...voxelAt(box.width / 2, box.height / 2)];
    center[through] = shared.frame.center[through];
    return center;
  };

  followPointer(canvas, viewer, {
    step,
    pan,
    zoom,
    press(x, y) {
      pressed = [x, y];
      if (ruler.active) {
        ruler.add(voxelAt(x, y));
        return false;
      }
      const ring = markersHere().find(({ point }) => Math.hypot(point[0] - x, point[1] - y) < ringRadius());
      if (ring === undefined) crosshairTo(x, y);
      else viewer.moveTo(ring.voxel);
      return ring !== undefined;
    },
    drag(x, y) {
      if (!ruler.active) return crosshairTo(x, y);
      if (Math.hypot(x - pressed[0], y - pressed[1]) >= STILL_PIXELS) ruler.drag(voxelAt(x, y));
    },
    twice(x, y) {
      if (!ruler.active) zoom(shared.frame.zoom > 1 ? 0 : DOUBLE_PRESS_ZOOM, x, y);
    },
    hover(x, y) {
      pointer = [x, y];
      shared.aim = voxelAt(x, y);
      if (ruler.points.length === 1) shared.changed();
      shared.pointed();
    },
    leave() {
      pointer = shared.aim = undefined;
      shared.changed();
      shared.pointed();
    },
  });

  const rulerHere = () => {
    const [first, second = shared.aim ?? viewer.voxel] = ruler.points;
    if (first === undefined) return undefined;
    const half = scan.spacingMm[through] / 2 + 1e-6;
    const ends = [first, second].map((end) => ({ point: pointOf(end), here: offMm(end) <= half }));
    return { ends, mm: distanceMm(scan, first, second) };
  };
  const drawPicture = (): void => {
    const context = canvas.getContext('2d')!;
    const density = canvas.width / box.width;
    const { left, top, perMm } = place();
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, box.width, box.height);
    if (shown !== undefined)
      drawSlice(context, shown, columns, viewer, {
        ...{ x: left, y: top, width: widthMm * perMm, height: heightMm * perMm },
        mirrored: seen() !== plane,
      });
    drawOverlay(context, {
      ...{ name: shared.label ?? title, plane: plane.name, width: box.width, height: box.height, perMm },
      letters: scan.oriented ? planeLetters(scan, seen()) : undefined,
      crosshair: viewer.crosshair ? pointOf(viewer.voxel) : undefined,
      markers: markersHere(),
      ringRadius: ringRadius(),
      ruler: rulerHere(),
    });
  };

  return {
    ...{ root, canvas, plane, widthMm, heightMm, step, pan },
    get box() {
      return box;
    },
    nudge(right, down) {
      const [column, line] = pixelOf(scan, seen(), viewer.voxel);
      viewer.moveTo(pointAt(scan, seen(), viewer.voxel, column + right, line + down));
    },
    layOut(room) {
      box = room;
      const density = globalThis.devicePixelRatio || 1;
      canvas.width = Math.round(box.width * density);
      canvas.height = Math.round(box.height * density);
      canvas.style.width = `${box.width}px`;
      canvas.style.height = `${box.height}px`;
      root.style.width = canvas.style.width; // a slider wants more than a small patch has
    },
    found() {
      if (pointer === undefined || shown === undefined) return undefined;
      const [column, line] = pixelAt(...pointer).map(Math.round) as [number, number];
      if (column < 0 || column >= columns || line < 0 || line >= rows) return undefined;
      const voxel = voxelAt(...pointer).map(Math.round) as unknown as Vector3;
      const stored = pixelOf(scan, plane, voxel);
      const hu = shown.hu[stored[1] * columns + stored[0]]!;
      return hu === NO_DIFFERENCE && viewer.rangeHu !== undefined ? undefined : { voxel, hu };
    },
    draw() {
      const wanted = viewer.voxel[through];
      const slice = store.get({ plane: plane.name, level: wanted });
      if (slice !== undefined) shown = { level: wanted, ...slice };
      if (pointer !== undefined) shared.aim = voxelAt(...pointer);
      drawPicture();
      level.value = String(numberOf(wanted));
      // Of the slice that is seen, not of one that has yet to come.
      const at: [number, number, number] = [...viewer.voxel];
      at[through] = shown?.level ?? wanted;
      const mm = voxelToWorld(scan, at)[{ axial: 2, coronal: 1, sagittal: 0 }[plane.name]]!;
      caption.textContent = `${numberOf(at[through]) + 1} / ${last + 1}   ${number(mm, 1)} mm`;
      canvas.dataset.level = String(shown?.level ?? '');
    },
  };
}

import { type PlaneAxes, planeLetters, planeTitle } from '../../figures/slices/planeAxes.js';
import { voxelToWorld } from '../../volumes/voxels/geometry.js';
import { centerInPlane, type PlaneBox, panned, zoomed } from '../viewFrame.js';
import { element, scaledContext, sizeCanvas } from './elements.js';
import { drawOverlay, type Overlay, type Point } from './planeOverlay.js';
import { followPointer, type PointerTargets, STILL_PIXELS } from './planePointer.js';
import { type Found, type PlaneContext, PlaneSight } from './planeSight.js';
import { distanceMm } from './ruler.js';
import { drawSlice } from './sliceImage.js';
import { number, PLANE_COLORS, pixelOf, pointAt } from './viewerModel.js';

/** One plane of the viewer: the slice, what is drawn over it, and its slider. */
export interface PlaneView extends PlaneMoves {
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly plane: PlaneAxes;
  readonly widthMm: number;
  readonly heightMm: number;
  readonly box: PlaneBox;
  /** Gives the picture its place: CSS pixels per mm of the whole slice, and the box that it stands in the middle of. */
  layOut(box: PlaneBox): void;
  draw(): void;
  /** What lies under the pointer in the slice that is shown at this moment. */
  found(): Found | undefined;
}

/** What a reader does in a plane. */
interface PlaneMoves {
  /** To a slice, counted from right, front or feet. */
  goTo(slice: number): void;
  /** So many slices towards left, back or head. */
  step(by: number): void;
  /** The crosshair, by so many pixels of the slice to the right and down. */
  nudge(right: number, down: number): void;
  /** The picture, by so many CSS pixels to the right and down. */
  pan(right: number, down: number): void;
  /** What is seen at a point stays there. */
  zoom(factor: number, x: number, y: number): void;
  crosshairTo(point: Point): void;
}

const DOUBLE_PRESS_ZOOM = 3;
/** The axis of the world along which a plane's slices are told in mm. */
const WORLD_AXIS = { axial: 2, coronal: 1, sagittal: 0 } as const;

export function createPlaneView(shared: PlaneContext, plane: PlaneAxes): PlaneView {
  const sight = new PlaneSight(shared, plane);
  const moves = planeMoves(sight);
  const title = planeTitle(plane.name, sight.scan.oriented);
  const name = shared.label === undefined ? title : `${shared.label}, ${title}`;
  const canvas = element('canvas', { class: 'voxlab-plane', tabindex: '0', 'aria-label': `${name} plane` });
  const slider = element('input', {
    ...{ type: 'range', min: '0', max: String(sight.lastLevel), 'aria-label': `${name} slice` },
  });
  const caption = element('span', { class: 'voxlab-level' });
  const row = element('div', { class: 'voxlab-row' }, slider, caption);
  const root = element('div', { class: 'voxlab-pane' }, canvas, row);
  root.style.setProperty('--plane', PLANE_COLORS[plane.name]);
  slider.addEventListener('input', () => moves.goTo(slider.valueAsNumber));
  followPointer(canvas, shared.viewer, pointerTargets(sight, moves));
  return {
    ...{ root, canvas, plane, widthMm: sight.widthMm, heightMm: sight.heightMm, ...moves },
    get box() {
      return sight.box;
    },
    found: () => sight.found(),
    layOut(box) {
      sight.box = box;
      sizeCanvas(canvas, box);
      root.style.width = canvas.style.width; // a slider wants more than a small patch has
    },
    draw() {
      const wanted = shared.viewer.voxel[plane.through.axis];
      const slice = shared.store.get({ plane: plane.name, level: wanted });
      if (slice !== undefined) sight.shown = { level: wanted, ...slice };
      if (sight.pointer !== undefined) shared.aim = sight.voxelAt(sight.pointer);
      drawPicture(canvas, sight, shared.label ?? title);
      slider.value = String(sight.numberOf(wanted));
      // Of the slice that is seen, not of one that has yet to come.
      const mm = voxelToWorld(sight.scan, sight.inSlice())[WORLD_AXIS[plane.name]];
      caption.textContent = `${sight.numberOf(sight.level) + 1} / ${sight.lastLevel + 1}   ${number(mm, 1)} mm`;
      canvas.dataset.level = String(sight.shown?.level ?? '');
    },
  };
}

function planeMoves(sight: PlaneSight): PlaneMoves {
  const { shared, scan, plane, lastLevel } = sight;
  const { viewer } = shared;
  const goTo = (slice: number): void =>
    viewer.moveTo(sight.inSlice(sight.numberOf(Math.max(0, Math.min(lastLevel, slice)))));
  return {
    goTo,
    step: (by) => goTo(sight.numberOf(viewer.voxel[plane.through.axis]) + by),
    nudge(right, down) {
      const [column, row] = pixelOf(scan, sight.axes, viewer.voxel);
      viewer.moveTo(pointAt(scan, sight.axes, viewer.voxel, column + right, row + down));
    },
    pan(right, down) {
      shared.frame = panned(scan, shared.frame, sight.axes, sight.box, [right, down]);
      shared.changed();
    },
    zoom(factor, x, y) {
      // What is seen in this plane stays under the pointer; the others follow the crosshair.
      const center = centerInPlane(scan, shared.frame, sight.axes, sight.box);
      shared.frame = zoomed(scan, { ...shared.frame, center }, sight.voxelAt([x, y]), factor);
      shared.changed();
    },
    crosshairTo: (point) => viewer.moveTo(sight.voxelAt(point, viewer.voxel)),
  };
}

/** The crosshair follows presses and drags; with the ruler they set its ends, and a press on a ring goes there. */
function pointerTargets(sight: PlaneSight, moves: PlaneMoves): PointerTargets {
  const { shared } = sight;
  const { viewer, ruler } = shared;
  let pressed: Point = [0, 0];
  return {
    ...{ step: moves.step, pan: moves.pan, zoom: moves.zoom },
    press(x, y) {
      pressed = [x, y];
      if (ruler.active) {
        ruler.add(sight.voxelAt(pressed));
        return false;
      }
      const isHit = ({ point }: { readonly point: Point }): boolean =>
        Math.hypot(point[0] - x, point[1] - y) < sight.ringRadius;
      const ring = sight.markers().find(isHit);
      if (ring === undefined) moves.crosshairTo(pressed);
      else viewer.moveTo(ring.voxel);
      return ring !== undefined;
    },
    drag(x, y) {
      if (!ruler.active) return moves.crosshairTo([x, y]);
      if (Math.hypot(x - pressed[0], y - pressed[1]) >= STILL_PIXELS) ruler.drag(sight.voxelAt([x, y]));
    },
    twice(x, y) {
      if (!ruler.active) moves.zoom(shared.frame.zoom > 1 ? 0 : DOUBLE_PRESS_ZOOM, x, y);
    },
    hover(x, y) {
      sight.pointer = [x, y];
      shared.aim = sight.voxelAt(sight.pointer);
      if (ruler.points.length === 1) shared.changed();
      shared.pointed();
    },
    leave() {
      sight.pointer = shared.aim = undefined;
      shared.changed();
      shared.pointed();
    },
  };
}

/** The slice, and over it crosshair, rings, ruler, letters, name and scale. */
function drawPicture(canvas: HTMLCanvasElement, sight: PlaneSight, name: string): void {
  const { shared, scan, plane, box, shown, axes } = sight;
  const { viewer } = shared;
  const { left, top, perMm } = sight.place;
  const context = scaledContext(canvas, box);
  context.clearRect(0, 0, box.width, box.height);
  if (shown !== undefined)
    drawSlice(context, shown, sight.columns, viewer, {
      ...{ x: left, y: top, width: sight.widthMm * perMm, height: sight.heightMm * perMm },
      mirrored: axes !== plane,
    });
  drawOverlay(context, {
    ...{ name, plane: plane.name, width: box.width, height: box.height, perMm },
    letters: scan.oriented ? planeLetters(scan, axes) : undefined,
    crosshair: viewer.crosshair ? sight.pointOf(viewer.voxel) : undefined,
    ...{ markers: sight.markers(), ringRadius: sight.ringRadius, ruler: rulerIn(sight) },
  });
}

/** As it is seen in a plane. */
function rulerIn(sight: PlaneSight): Overlay['ruler'] {
  const { shared, scan, plane } = sight;
  const [first, second = shared.aim ?? shared.viewer.voxel] = shared.ruler.points;
  if (first === undefined) return undefined;
  const halfMm = scan.spacingMm[plane.through.axis] / 2 + 1e-6;
  return {
    ends: [first, second].map((end) => ({ point: sight.pointOf(end), here: sight.offMm(end) <= halfMm })),
    mm: distanceMm(scan, first, second),
  };
}

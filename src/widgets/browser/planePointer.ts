import type { ViewerModel } from './viewerModel.js';

/** What a drag sets the window of. */
export type Windowed = Pick<ViewerModel, 'window' | 'setWindow'>;

/** Places are CSS pixels in the canvas. */
export interface PointerTargets {
  /** So many slices towards left, back or head. */
  step(by: number): void;
  /** Whether the press hit something (a ring), and no drag is to follow. */
  press(x: number, y: number): boolean;
  drag(x: number, y: number): void;
  hover(x: number, y: number): void;
  leave(): void;
  zoom(factor: number, x: number, y: number): void;
  pan(dx: number, dy: number): void;
  /** Pressed twice. */
  twice(x: number, y: number): void;
}

/** Wheel movement that makes one slice: a notch of a mouse is 100 or more, a touch pad sends many small ones. */
const WHEEL_STEP = 40;
/** A notch of 100 zooms by a quarter. */
const ZOOM_PER_WHEEL = 1.25 ** (1 / 100);
/** Window and level change by so many HU for each pixel. */
const HU_PER_PIXEL = 4;
const NARROWEST_HU = 2;
/** A press that moves less is a click. */
export const STILL_PIXELS = 3;

/**
 * Click and drag move the crosshair, the wheel the slice; with Ctrl, and with two fingers, it zooms. Dragging with the right
 * button or Shift sets the window, with the middle one or Alt it moves the picture.
 */
export function followPointer(canvas: HTMLCanvasElement, viewer: Windowed, targets: PointerTargets): void {
  let drags: 'crosshair' | 'window' | 'picture' | undefined;
  const fingers = new Map<number, { x: number; y: number }>();

  canvas.addEventListener('contextmenu', (event) => {
    event.preventDefault();
    event.stopPropagation(); // JupyterLab would open its own
  });
  canvas.addEventListener('dblclick', (event) => targets.twice(event.offsetX, event.offsetY));
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (event.pointerType === 'touch') fingers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    if (event.button === 1) event.preventDefault(); // the browser would scroll
    if (fingers.size > 1) drags = undefined;
    else if (event.button === 2 || (event.shiftKey && event.button === 0)) drags = 'window';
    else if (event.button === 1 || (event.altKey && event.button === 0)) drags = 'picture';
    else if (event.button === 0)
      drags = targets.press(event.offsetX, event.offsetY) ? undefined : 'crosshair';
  });
  canvas.addEventListener('pointermove', (event) => {
    if (fingers.size > 1) return pinch(fingers, event, targets);
    if (drags === 'crosshair') targets.drag(event.offsetX, event.offsetY);
    if (drags === 'window') dragWindow(viewer, event.movementX, event.movementY);
    if (drags === 'picture') targets.pan(event.movementX, event.movementY);
    targets.hover(event.offsetX, event.offsetY);
  });
  for (const end of ['pointerup', 'pointercancel'] as const)
    canvas.addEventListener(end, (event) => {
      fingers.delete(event.pointerId);
      drags = undefined;
    });
  canvas.addEventListener('pointerleave', targets.leave);
  followWheel(canvas, targets);
}

function followWheel(canvas: HTMLCanvasElement, targets: PointerTargets): void {
  let turned = 0;
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const delta = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * WHEEL_STEP;
      // Fingers that spread on a touch pad come as a wheel with Ctrl.
      if (event.ctrlKey || event.metaKey)
        return targets.zoom(ZOOM_PER_WHEEL ** -delta, event.offsetX, event.offsetY);
      turned += delta;
      const by = Math.trunc(turned / WHEEL_STEP);
      turned -= by * WHEEL_STEP;
      if (by !== 0) targets.step(-Math.sign(by)); // up: towards the head
    },
    { passive: false },
  );
}

/** Two fingers: the picture follows them. */
function pinch(fingers: Map<number, { x: number; y: number }>, event: PointerEvent, targets: PointerTargets) {
  const before = fingers.get(event.pointerId);
  const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
  if (before === undefined || other === undefined) return;
  const now = { x: event.offsetX, y: event.offsetY };
  fingers.set(event.pointerId, now);
  const apart = (finger: { x: number; y: number }): number =>
    Math.max(1, Math.hypot(finger.x - other.x, finger.y - other.y));
  targets.zoom(apart(now) / apart(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
  targets.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
}

/** To the right: wider, less contrast. Down: lower, brighter. */
export function dragWindow(viewer: Windowed, dx: number, dy: number): void {
  const [low, high] = viewer.window;
  const width = Math.max(NARROWEST_HU, high - low + dx * HU_PER_PIXEL);
  const level = (low + high) / 2 + dy * HU_PER_PIXEL;
  viewer.setWindow(level - width / 2, level + width / 2);
}

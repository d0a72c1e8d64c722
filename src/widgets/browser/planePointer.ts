import type { ViewerModel } from './viewerModel.js';

export interface PointerTargets {
  /** So many slices towards left, back or head. */
  step(by: number): void;
  /** Whether the press hit something (a ring), and no drag is to follow. Places are CSS pixels in the canvas. */
  press(x: number, y: number): boolean;
  drag(x: number, y: number): void;
  hover(x: number, y: number): void;
  leave(): void;
}

/** Wheel movement that makes one slice: a notch of a mouse is 100 or more, a touch pad sends many small ones. */
const WHEEL_STEP = 40;
/** Window and level change by so many HU for each pixel. */
const HU_PER_PIXEL = 4;
const NARROWEST_HU = 2;

/** Click and drag move the crosshair, wheel and arrows the slice; dragging with the right button or Shift sets the window. */
export function followPointer(canvas: HTMLCanvasElement, viewer: ViewerModel, targets: PointerTargets): void {
  let drags: 'crosshair' | 'window' | undefined;
  let turned = 0;

  canvas.addEventListener('contextmenu', (event) => event.preventDefault());
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (event.button === 2 || event.shiftKey) drags = 'window';
    else if (event.button === 0 && !targets.press(event.offsetX, event.offsetY)) {
      drags = 'crosshair';
      targets.drag(event.offsetX, event.offsetY);
    }
  });
  canvas.addEventListener('pointermove', (event) => {
    if (drags === 'crosshair') targets.drag(event.offsetX, event.offsetY);
    if (drags === 'window') dragWindow(viewer, event.movementX, event.movementY);
    targets.hover(event.offsetX, event.offsetY);
  });
  for (const end of ['pointerup', 'pointercancel'] as const)
    canvas.addEventListener(end, () => {
      drags = undefined;
    });
  canvas.addEventListener('pointerleave', targets.leave);
  canvas.addEventListener(
    'wheel',
    (event) => {
      if (event.ctrlKey) return; // the browser's zoom
      event.preventDefault();
      turned += event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * WHEEL_STEP;
      const by = Math.trunc(turned / WHEEL_STEP);
      turned -= by * WHEEL_STEP;
      if (by !== 0) targets.step(-Math.sign(by)); // up: towards the head
    },
    { passive: false },
  );
  canvas.addEventListener('keydown', (event) => {
    const by = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[
      event.key
    ];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // JupyterLab would go to the next cell
    targets.step(by);
  });
}

/** To the right: wider, less contrast. Down: lower, brighter. */
function dragWindow(viewer: ViewerModel, dx: number, dy: number): void {
  const [low, high] = viewer.window;
  const width = Math.max(NARROWEST_HU, high - low + dx * HU_PER_PIXEL);
  const level = (low + high) / 2 + dy * HU_PER_PIXEL;
  viewer.setWindow(level - width / 2, level + width / 2);
}

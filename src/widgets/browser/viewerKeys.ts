import { ARROWS, followKey, isOfList, isWithModifier, PAN_STEP, WINDOW_STEP, ZOOM_STEP } from './keys.js';
import { dragWindow } from './planePointer.js';
import type { PlaneView } from './planeView.js';
import type { ViewerModel } from './viewerModel.js';

/** What keys do beside a plane's own. */
export interface KeyTargets {
  zoom(factor: number): void;
  whole(): void;
  /** By one candidate. */
  jump(by: number): void;
  toggleCrosshair(): void;
  /** A point of the ruler at the crosshair. */
  measure(): void;
  escape(): void;
  mirror(): void;
  help(): void;
}

const SLICES: Readonly<Record<string, number>> = {
  ...{ ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 },
  ...{ Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY },
};

/** For every gesture there is a key; `current` is the plane that was used last. */
export function followKeys(
  root: HTMLElement,
  viewer: ViewerModel,
  current: () => PlaneView,
  targets: KeyTargets,
): void {
  root.addEventListener('keydown', (event) => {
    if (isOfList(event)) return;
    const isSlider = event.target instanceof HTMLInputElement; // arrows are its own
    const handled = (!isSlider && moved(event, viewer, current())) || told(event, viewer, targets);
    if (handled) event.preventDefault();
  });
}

/** Arrows and their like: the slice, with Shift the crosshair, with Alt the window, with Ctrl the picture. */
function moved(event: KeyboardEvent, viewer: ViewerModel, plane: PlaneView): boolean {
  const arrow = ARROWS[event.key];
  if (event.metaKey) return false;
  if (arrow !== undefined && event.shiftKey) plane.nudge(...arrow);
  else if (arrow !== undefined && event.altKey)
    dragWindow(viewer, arrow[0] * WINDOW_STEP, arrow[1] * WINDOW_STEP);
  else if (arrow !== undefined && event.ctrlKey) plane.pan(-arrow[0] * PAN_STEP, -arrow[1] * PAN_STEP);
  else {
    const by = SLICES[event.key];
    if (by === undefined || event.ctrlKey || event.altKey) return false;
    plane.step(by);
  }
  return true;
}

function told(event: KeyboardEvent, viewer: ViewerModel, targets: KeyTargets): boolean {
  if (isWithModifier(event)) return false;
  return followKey(event, viewer, viewer.scan.presets, {
    '+': () => targets.zoom(ZOOM_STEP),
    '=': () => targets.zoom(ZOOM_STEP),
    '-': () => targets.zoom(1 / ZOOM_STEP),
    '0': targets.whole,
    n: () => targets.jump(1),
    p: () => targets.jump(-1),
    c: targets.toggleCrosshair,
    m: targets.measure,
    Escape: targets.escape,
    f: targets.mirror,
    '?': targets.help,
    h: targets.help,
  });
}

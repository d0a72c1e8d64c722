import { ARROWS, followKey, isOfList, isWithModifier, PAN_STEP, WINDOW_STEP, ZOOM_STEP } from './keys.js';
import { dragWindow } from './planePointer.js';
import type { VolumeActions } from './volumeActions.js';
import type { VolumeModel } from './volumeModel.js';

/** What keys do beside the actions. */
export interface VolumeKeyTargets {
  jump(by: number): void;
  help(): void;
  /** Tells the notebook the place in the picture's middle. */
  tell(): void;
}

/** One press: radians, mm. */
const TURN = Math.PI / 36;
const DEEPER_MM = 1;

/** For every gesture there is a key. */
export function followVolumeKeys(
  root: HTMLElement,
  viewer: VolumeModel,
  actions: VolumeActions,
  targets: VolumeKeyTargets,
): void {
  root.addEventListener('keydown', (event) => {
    if (isOfList(event) || (event.target instanceof HTMLButtonElement && event.key === 'Enter')) return;
    const isSlider = event.target instanceof HTMLInputElement; // arrows are its own
    const done = (!isSlider && arrow(event, viewer, actions)) || letter(event, viewer, actions, targets);
    if (done) event.preventDefault();
  });
}

/** Arrows turn, with Ctrl they move the picture, with Alt they set the window; Page Up and Down move slab or cut. */
function arrow(event: KeyboardEvent, viewer: VolumeModel, actions: VolumeActions): boolean {
  const way = ARROWS[event.key];
  const pages = { PageUp: -1, PageDown: 1 }[event.key];
  if (pages !== undefined) return actions.deepen(pages * DEEPER_MM * (event.shiftKey ? 10 : 1));
  if (way === undefined || event.metaKey) return false;
  if (event.altKey) dragWindow(viewer, way[0] * WINDOW_STEP, way[1] * WINDOW_STEP);
  else if (event.ctrlKey) actions.pan(way[0] * PAN_STEP, way[1] * PAN_STEP);
  else actions.turn(way[0] * TURN, way[1] * TURN);
  return true;
}

function letter(
  event: KeyboardEvent,
  viewer: VolumeModel,
  actions: VolumeActions,
  targets: VolumeKeyTargets,
): boolean {
  if (isWithModifier(event)) return false;
  // Capital letters are directions of the patient.
  if (event.shiftKey && /^[APLRSI]$/.test(event.key)) {
    actions.lookFrom(event.key);
    return true;
  }
  return followKey(event, viewer, viewer.scan.presets[viewer.mode], {
    ...{ '+': () => actions.zoom(ZOOM_STEP), '=': () => actions.zoom(ZOOM_STEP) },
    '-': () => actions.zoom(1 / ZOOM_STEP),
    ...{ '0': actions.whole, m: () => viewer.nextMode(), l: () => viewer.nextMask(), k: actions.toggleCut },
    ...{ o: actions.toggleRings, n: () => targets.jump(1), p: () => targets.jump(-1) },
    ...{ ',': () => actions.turn(0, 0, -TURN), '.': () => actions.turn(0, 0, TURN) },
    '[': () => actions.setThickness(viewer.thicknessMm - 1),
    ']': () => actions.setThickness(viewer.thicknessMm + 1),
    ...{ '?': targets.help, h: targets.help, Enter: targets.tell },
  });
}

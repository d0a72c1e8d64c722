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

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** One press: radians, CSS pixels, HU as for so many pixels of a drag, mm. */
const TURN = Math.PI / 36;
const PAN = 24;
const WINDOW = 10;
const DEEPER_MM = 1;
const ZOOM = 1.25;

/** For every gesture there is a key. */
export function followVolumeKeys(
  root: HTMLElement,
  viewer: VolumeModel,
  actions: VolumeActions,
  targets: VolumeKeyTargets,
): void {
  root.addEventListener('keydown', (event) => {
    const tag = event.target instanceof Element ? event.target.tagName : '';
    if (tag === 'SELECT' || (tag === 'BUTTON' && event.key === 'Enter')) return;
    const done =
      (tag !== 'INPUT' && arrow(event, viewer, actions)) || letter(event, viewer, actions, targets);
    if (done) event.preventDefault();
  });
}

/** Arrows turn, with Ctrl they move the picture, with Alt they set the window; Page Up and Down move slab or cut. */
function arrow(event: KeyboardEvent, viewer: VolumeModel, actions: VolumeActions): boolean {
  const way = ARROWS[event.key];
  const pages = { PageUp: -1, PageDown: 1 }[event.key];
  if (pages !== undefined) return actions.deepen(pages * DEEPER_MM * (event.shiftKey ? 10 : 1));
  if (way === undefined || event.metaKey) return false;
  if (event.altKey) dragWindow(viewer, way[0] * WINDOW, way[1] * WINDOW);
  else if (event.ctrlKey) actions.pan(way[0] * PAN, way[1] * PAN);
  else actions.turn(way[0] * TURN, way[1] * TURN);
  return true;
}

function letter(
  event: KeyboardEvent,
  viewer: VolumeModel,
  actions: VolumeActions,
  targets: VolumeKeyTargets,
): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const preset = viewer.scan.presets[viewer.mode][Number(event.key) - 1];
  if (preset !== undefined && event.key !== '0') {
    viewer.setWindow(preset.low, preset.high);
    return true;
  }
  // Capital letters are directions of the patient.
  if (event.shiftKey && /^[APLRSI]$/.test(event.key)) {
    actions.lookFrom(event.key);
    return true;
  }
  const keys: Readonly<Record<string, () => void>> = {
    ...{ '+': () => actions.zoom(ZOOM), '=': () => actions.zoom(ZOOM), '-': () => actions.zoom(1 / ZOOM) },
    ...{ '0': actions.whole, m: () => viewer.nextMode(), l: () => viewer.nextMask(), k: actions.toggleCut },
    ...{ o: actions.toggleRings, n: () => targets.jump(1), p: () => targets.jump(-1) },
    ...{ ',': () => actions.turn(0, 0, -TURN), '.': () => actions.turn(0, 0, TURN) },
    '[': () => actions.setThickness(viewer.thicknessMm - 1),
    ']': () => actions.setThickness(viewer.thicknessMm + 1),
    ...{ '?': targets.help, h: targets.help, Enter: targets.tell },
  };
  const work = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  work?.();
  return work !== undefined;
}

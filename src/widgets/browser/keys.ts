import type { Preset } from '../viewerState.js';

/** Which way an arrow points: to the right, down. */
export const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** One press is as much as so many pixels of a drag. */
export const WINDOW_STEP = 10;
export const PAN_STEP = 24;
/** Of a press, and of a button. */
export const ZOOM_STEP = 1.25;

/** A view whose window is set by digits. */
interface Windowed {
  setWindow(low: number, high: number): void;
}

/** Whether a key belongs to whom it is typed into: letters choose from a list. */
export function isOfList({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.tagName === 'SELECT';
}

export function isWithModifier({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return ctrlKey || metaKey || altKey;
}

/** Does what stands behind a letter or sign, or takes the window that a digit counts; whether there was anything to do. */
export function followKey(
  event: KeyboardEvent,
  viewer: Windowed,
  presets: readonly Preset[],
  works: Readonly<Record<string, () => void>>,
): boolean {
  const preset = presets[Number(event.key) - 1];
  const work =
    preset === undefined
      ? works[event.key.length === 1 ? event.key.toLowerCase() : event.key]
      : () => viewer.setWindow(preset.low, preset.high);
  work?.();
  return work !== undefined;
}

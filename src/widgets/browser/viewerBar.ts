import type { Vector3 } from '../../volumes/volume.js';
import { presentMark } from '../presentMark.js';
import { element } from './elements.js';
import { number, placeText, type ViewerModel } from './viewerModel.js';

/** The line above the planes: title, windows, candidates; and the one below: what lies under the pointer. */
export interface ViewerBar {
  readonly top: HTMLElement;
  readonly bottom: HTMLElement;
  draw(): void;
  /** What the pointer found; nothing shows the crosshair's place. */
  say(found: { voxel: Vector3; hu: number } | undefined): void;
}

/** `huAtCrosshair` gives nothing before the slices have come. */
export function createViewerBar(viewer: ViewerModel, huAtCrosshair: () => number | undefined): ViewerBar {
  const { scan } = viewer;
  const presets = scan.presets.map((preset) => {
    const { name, low, high } = preset;
    const title = `window ${high - low}, level ${(low + high) / 2} HU`;
    const pressed = element('button', { type: 'button', title, 'data-preset': name }, name);
    pressed.addEventListener('click', () => viewer.setWindow(low, high));
    return { preset, pressed };
  });
  const windowText = element('span', {
    class: 'voxlab-window',
    title: 'drag with the right button or Shift to change',
  });
  const group = element(
    'div',
    { class: 'voxlab-group' },
    ...presets.map(({ pressed }) => pressed),
    windowText,
  );
  const top = element(
    'div',
    { class: 'voxlab-bar' },
    element('span', { class: 'voxlab-title' }, scan.title),
    group,
  );
  const fade = createFade(viewer);
  if (fade !== undefined) top.append(fade.root);
  const jump = createJump(viewer);
  if (jump !== undefined) top.append(jump.root);
  const hu = element('span', { class: 'voxlab-hu' });
  const place = element('span', { class: 'voxlab-place' });
  const source = element('span', { class: 'voxlab-source' });
  const bottom = element('div', { class: 'voxlab-bar voxlab-readout' }, hu, place, source);
  let found: { voxel: Vector3; hu: number } | undefined;
  const write = (): void => {
    const value = found === undefined ? huAtCrosshair() : found.hu;
    hu.textContent = value === undefined ? '' : `${number(value)} HU`;
    place.textContent = placeText(scan, found?.voxel ?? viewer.voxel);
    source.textContent = found === undefined ? 'crosshair' : 'pointer';
  };
  return {
    top,
    bottom,
    draw() {
      const [low, high] = viewer.window;
      windowText.textContent = `W ${number(high - low)}  L ${number(Math.round((low + high) / 2))}`;
      for (const { preset, pressed } of presets)
        pressed.setAttribute('aria-pressed', String(preset.low === low && preset.high === high));
      fade?.draw();
      jump?.draw();
      write();
    },
    say(now) {
      found = now;
      write();
    },
  };
}

/** How much of the overlay is seen. */
function createFade(viewer: ViewerModel): { root: HTMLElement; draw: () => void } | undefined {
  if (viewer.opacity === undefined) return undefined;
  const slider = element('input', {
    ...{ type: 'range', min: '0', max: '1', step: '0.05' },
    ...{ 'aria-label': 'opacity of the overlay', title: 'opacity of the overlay' },
  });
  slider.addEventListener('input', () => viewer.setOpacity(slider.valueAsNumber));
  return {
    root: element('div', { class: 'voxlab-group voxlab-fade' }, 'overlay', slider),
    draw() {
      slider.value = String(viewer.opacity);
    },
  };
}

/** The list of candidates, with buttons to the one before and after. */
function createJump(viewer: ViewerModel): { root: HTMLElement; draw: () => void } | undefined {
  const { markers } = viewer.scan;
  if (markers.length === 0) return undefined;
  const list = element(
    'select',
    { 'aria-label': 'candidate' },
    element('option', { value: '-1' }, `${markers.length} marks`),
  );
  list.append(...markers.map(({ label }, index) => element('option', { value: String(index) }, label)));
  let last = -1;
  const go = (index: number): void => {
    last = (index + markers.length) % markers.length;
    viewer.moveTo(markers[last]!.voxel);
    list.value = String(last); // also where the crosshair stays: marks may share a voxel
  };
  const arrow = (text: string, label: string, by: number): HTMLElement => {
    const pressed = element('button', { type: 'button', 'aria-label': label }, text);
    pressed.addEventListener('click', () => {
      const at = Number(list.value);
      go(at < 0 ? (by > 0 ? 0 : -1) : at + by);
    });
    return pressed;
  };
  list.addEventListener('change', () => {
    if (Number(list.value) >= 0) go(Number(list.value));
  });
  return {
    root: element(
      'div',
      { class: 'voxlab-group' },
      arrow('\u2039', 'previous candidate', -1),
      list,
      arrow('\u203a', 'next candidate', 1),
    ),
    draw() {
      last = presentMark(viewer.scan, viewer.voxel, last);
      list.value = String(last);
    },
  };
}

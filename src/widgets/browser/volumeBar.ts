import type { Picked } from '../rayPick.js';
import { MASK_SHOWN, type MaskShown, VOLUME_MODES, type VolumeMode } from '../volumeState.js';
import { element, icon, pressButton } from './elements.js';
import { ZOOM_STEP } from './keys.js';
import { createChoices, createHelp, createPresets, type HelpLine, ICONS, write } from './toolButtons.js';
import { createJump } from './viewerJump.js';
import { number, placeTexts } from './viewerModel.js';
import type { VolumeActions } from './volumeActions.js';
import type { VolumeModel } from './volumeModel.js';

/** The lines above the picture and below it. */
export interface VolumeBar {
  readonly top: HTMLElement;
  readonly help: HTMLElement;
  readonly bottom: HTMLElement;
  draw(): void;
  /** Says what lies under the pointer, or in the picture's middle. */
  say(found: Picked | undefined): void;
  jump(by: number): void;
  toggleHelp(): void;
}

const MODE_TITLES: Readonly<Record<VolumeMode, string>> = {
  render: 'lit surfaces',
  MIP: 'maximum intensity projection of the whole depth',
  slab: 'maximum intensity projection of a slab through the middle',
};
const MASK_TITLES: Readonly<Record<MaskShown, string>> = {
  off: 'the mask is not used',
  coloured: 'what lies in the mask in colour',
  alone: 'only what lies in the mask',
};
const VIEW_NAMES: Readonly<Record<string, string>> = {
  ...{ A: 'from the front', P: 'from behind', L: 'from the patient\u2019s left' },
  ...{ R: 'from the patient\u2019s right', S: 'from the head', I: 'from the feet' },
};
const HELP: readonly HelpLine[] = [
  ['turn', 'drag; one finger', 'arrows; , .'],
  ['look from front, back, left …', 'its letter', 'Shift + A  P  L  R  S  I'],
  ['zoom', 'Ctrl + wheel; two fingers', '+  \u2212'],
  ['all of it, from the front', 'its button', '0'],
  ['move the picture', 'middle button or Alt, drag; two fingers', 'Ctrl + arrows'],
  ['window: wider \u2192, lower \u2193', 'right button or Shift, drag', 'Alt + arrows'],
  ['take a window', 'its button', '1  2  3'],
  ['lit surfaces, MIP, slab', 'its button', 'm'],
  ['move slab or cut; faster', 'wheel; slider', 'Page Up, Down; with Shift'],
  ['slab thinner, thicker', 'slider', '[  ]'],
  ['cut away what lies before the middle', 'its button', 'k'],
  ['mask off, coloured, alone', 'its button', 'l'],
  ['next, previous candidate', 'ring; list; \u2039 \u203a', 'n  p'],
  ['rings on, off', 'its button', 'o'],
  ['tell the notebook a place', 'double click', 'Enter, of the middle'],
];

export function createVolumeBar(viewer: VolumeModel, actions: VolumeActions): VolumeBar {
  const { scan } = viewer;
  const modes = createChoices(
    VOLUME_MODES,
    (mode) => MODE_TITLES[mode],
    (mode) => viewer.change({ mode }),
  );
  const masks = createChoices(
    MASK_SHOWN,
    (mask) => MASK_TITLES[mask],
    (mask) => viewer.change({ mask }),
  );
  const windows = createPresets(
    () => ({
      ...{ presets: scan.presets[viewer.mode], window: viewer.window },
      setWindow: (low, high) => viewer.setWindow(low, high),
    }),
    ({ name, low, high }) => `${name}: ${number(low)} to ${number(high)} HU`,
  );
  const {
    help,
    button: asked,
    toggle: toggleHelp,
  } = createHelp(HELP.filter(([does]) => scan.masked || !does.startsWith('mask')));
  const views = Object.entries(VIEW_NAMES).map(([letter, name]) =>
    pressButton(`${name} (Shift + ${letter})`, letter, () => actions.lookFrom(letter)),
  );
  const zoomText = element('span', { class: 'voxlab-zoom', title: 'zoom' });
  const cut = pressButton('cut away what lies before the middle (k)', icon(ICONS.cut), actions.toggleCut);
  const rings = pressButton('rings (o)', icon(ICONS.rings), actions.toggleRings);
  rings.hidden = scan.markers.length === 0;
  const jump = createJump({
    scan,
    get voxel() {
      return viewer.voxel;
    },
    moveTo: actions.goTo,
  });
  const slab = createSlab(viewer, actions);
  const group = (name: string, ...content: readonly HTMLElement[]): HTMLElement =>
    element('div', { class: `voxlab-group ${name}` }, ...content);
  const top = element(
    'div',
    { class: 'voxlab-bar' },
    element('span', { class: 'voxlab-title' }, scan.title),
    ...[modes.root, windows.root],
    ...(scan.masked
      ? [element('div', { class: 'voxlab-group voxlab-masks' }, 'mask', ...masks.buttons)]
      : []),
    group('voxlab-views', ...(scan.oriented ? views : [])),
    group(
      'voxlab-tools',
      ...[pressButton('zoom out (\u2212)', '\u2212', () => actions.zoom(1 / ZOOM_STEP)), zoomText],
      ...[pressButton('zoom in (+)', '+', () => actions.zoom(ZOOM_STEP))],
      ...[pressButton('all of it, from the front (0)', icon(ICONS.whole), actions.whole), cut, rings, asked],
    ),
    ...(jump === undefined ? [] : [jump.root]),
    slab.root,
  );
  const hu = element('span', { class: 'voxlab-hu' });
  const [world, voxel] = [element('span'), element('span')];
  const source = element('span', { class: 'voxlab-source' });
  const bottom = element(
    'div',
    { class: 'voxlab-bar voxlab-readout' },
    ...[hu, element('span', { class: 'voxlab-place' }, world, voxel), source],
  );
  return {
    ...{ top, help, bottom, toggleHelp },
    jump: (by) => jump?.by(by),
    draw() {
      modes.draw(viewer.mode);
      masks.draw(viewer.mask);
      windows.draw();
      slab.draw();
      jump?.draw();
      cut.setAttribute('aria-pressed', String(viewer.cut !== null));
      rings.setAttribute('aria-pressed', String(viewer.rings));
      write(zoomText, `${Math.round(100 * viewer.camera.zoom)} %`);
    },
    say(found) {
      write(hu, found === undefined ? '' : `${number(found.hu)} HU`);
      const texts = placeTexts(scan, found?.voxel ?? viewer.voxel);
      write(world, texts[0]);
      write(voxel, texts[1]);
      const means = scan.means === undefined ? '' : `; means of ${scan.means.join(' \u00d7 ')} voxels`;
      write(source, `${found === undefined ? 'middle' : 'pointer'}${means}`);
    },
  };
}

/** Thickness of the slab, where there is one. */
function createSlab(viewer: VolumeModel, actions: VolumeActions): { root: HTMLElement; draw(): void } {
  const slider = element('input', {
    ...{ type: 'range', min: '1', max: '100', step: '1', 'aria-label': 'thickness of the slab' },
  });
  slider.addEventListener('input', () => actions.setThickness(slider.valueAsNumber));
  const text = element('span', { class: 'voxlab-level' });
  const root = element('div', { class: 'voxlab-group voxlab-fade' }, 'slab', slider, text);
  return {
    root,
    draw() {
      root.style.display = viewer.mode === 'slab' ? '' : 'none';
      slider.value = String(viewer.thicknessMm);
      write(text, `${number(viewer.thicknessMm)} mm`);
    },
  };
}

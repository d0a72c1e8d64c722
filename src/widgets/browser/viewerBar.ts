import { element } from './elements.js';
import type { Found } from './planeSight.js';
import { createPresets, write } from './toolButtons.js';
import { createJump } from './viewerJump.js';
import { number, placeTexts, type ViewerModel } from './viewerModel.js';
import type { ViewerTools } from './viewerTools.js';

/** The line above the planes: title, windows, candidates, tools; and the one below: what lies under the pointer. */
export interface ViewerBar {
  readonly top: HTMLElement;
  readonly bottom: HTMLElement;
  draw(): void;
  /** Says what lies under the pointer, or at the crosshair. */
  say(): void;
  /** To the next candidate (1) or the one before (-1). */
  jump(by: number): void;
}

export interface BarSources {
  /** Under the pointer, in the slice that is shown; undefined where no pointer is. */
  found(): Pick<Found, 'voxel'> | undefined;
  /** What is there, or at the crosshair, with its unit. */
  values(): string;
}

export function createViewerBar(viewer: ViewerModel, tools: ViewerTools, sources: BarSources): ViewerBar {
  const { scan } = viewer;
  const presets = createPresets(
    () => ({ presets: scan.presets, window: viewer.window, setWindow: viewer.setWindow }),
    ({ low, high }) => `window ${number(high - low)}, level ${number((low + high) / 2)} HU`,
  );
  const top = element(
    'div',
    { class: 'voxlab-bar' },
    element('span', { class: 'voxlab-title' }, scan.title),
    presets.root,
  );
  const fade = createFade(viewer);
  if (fade !== undefined) top.append(fade.root);
  top.append(tools.root);
  const jump = createJump(viewer);
  if (jump !== undefined) top.append(jump.root);
  const hu = element('span', { class: 'voxlab-hu' });
  const [world, voxel] = [element('span'), element('span')];
  const place = element('span', { class: 'voxlab-place' }, world, voxel);
  const source = element('span', { class: 'voxlab-source' });
  const bottom = element(
    'div',
    { class: 'voxlab-bar voxlab-readout' },
    hu,
    place,
    tools.measured,
    ...legendOf(viewer),
    source,
  );
  const say = (): void => {
    const found = sources.found();
    write(hu, sources.values());
    const texts = placeTexts(scan, found?.voxel ?? viewer.voxel);
    write(world, texts[0]);
    write(voxel, texts[1]);
    write(source, `${found === undefined ? 'crosshair' : 'pointer'}${meansOf(viewer)}`);
  };
  return {
    ...{ top, bottom, say },
    jump: (by) => jump?.by(by),
    draw() {
      presets.draw();
      fade?.draw();
      jump?.draw();
      tools.draw();
      say();
    },
  };
}

/** A saved page holds a reduced scan: its values are means. */
export function meansOf({ scan: { means } }: Pick<ViewerModel, 'scan'>): string {
  return means === undefined ? '' : `; saved: means of ${means.join(' × ')} voxels`;
}

/** What the rings are, and what lies over the slices: of that which is there. */
function legendOf({ scan: { markers }, opacity }: ViewerModel): HTMLElement[] {
  const entry = (kind: string, name: string): HTMLElement =>
    element('span', { class: `voxlab-legend voxlab-${kind}` }, element('i'), name);
  return [
    ...(markers.some((mark) => mark.class === 1) ? [entry('nodule', 'nodule')] : []),
    ...(markers.some((mark) => mark.class !== 1) ? [entry('other', 'other')] : []),
    ...(opacity === undefined ? [] : [entry('overlay', 'overlay')]),
  ];
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

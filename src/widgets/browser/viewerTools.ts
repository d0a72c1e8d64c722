import { wholeFrame, zoomed } from '../viewFrame.js';
import { element, icon, leave, pressButton } from './elements.js';
import { ZOOM_STEP } from './keys.js';
import type { PlaneContext } from './planeSight.js';
import { distanceMm } from './ruler.js';
import { createHelp, type HelpLine, ICONS } from './toolButtons.js';
import { number } from './viewerModel.js';

/** Zoom, crosshair, ruler, the side of the patient's left, and help. */
export interface ViewerTools {
  readonly root: HTMLElement;
  /** What gestures and keys there are. */
  readonly help: HTMLElement;
  /** The length that is measured, for the line below the planes. */
  readonly measured: HTMLElement;
  zoom(factor: number): void;
  whole(): void;
  toggleCrosshair(): void;
  measure(): void;
  escape(): void;
  mirror(): void;
  toggleHelp(): void;
  draw(): void;
}

const HELP: readonly HelpLine[] = [
  ['move the crosshair', 'click, drag; one finger', 'Shift + arrows'],
  ['next slice; ten; first, last', 'wheel; slider', 'arrows; Page Up, Down; Home, End'],
  ['zoom', 'Ctrl + wheel; two fingers; double click', '+  −  0'],
  ['move the picture', 'middle button or Alt, drag; two fingers', 'Ctrl + arrows'],
  ['window: wider →, lower ↓', 'right button or Shift, drag', 'Alt + arrows'],
  ['take a window', 'its button', '1  2  3 …'],
  ['next, previous candidate', 'ring; list; ‹ ›', 'n  p'],
  ['distance', 'ruler, then two clicks, also in two slices or planes', 'm  at the crosshair, twice'],
  ['crosshair on, off', 'its button', 'c'],
  ['patient’s left at the right or left', 'R L', 'f'],
  ['clear the distance', 'ruler', 'Esc'],
];

export function createViewerTools(shared: PlaneContext, further: readonly HelpLine[] = []): ViewerTools {
  const { viewer, ruler } = shared;
  const { scan } = viewer;
  const { help, button: asked, toggle: toggleHelp } = createHelp([...HELP, ...further]);
  const measured = element('span', { class: 'voxlab-measured' });
  const zoomText = element('span', { class: 'voxlab-zoom', title: 'zoom' });
  const tools = {
    zoom(factor: number) {
      shared.frame = zoomed(scan, shared.frame, viewer.voxel, factor);
      shared.changed();
    },
    whole() {
      shared.frame = wholeFrame(scan);
      shared.changed();
    },
    toggleCrosshair: () => viewer.showCrosshair(!viewer.crosshair),
    measure: () => ruler.add(viewer.voxel),
    escape() {
      if (!help.hidden) toggleHelp();
      else if (ruler.points.length > 0) ruler.clear();
      else if (ruler.active) ruler.toggle();
    },
    mirror() {
      if (scan.oriented) viewer.setNeurological(!viewer.neurological);
    },
    toggleHelp,
  };
  const farther = pressButton('zoom out (−)', '−', () => tools.zoom(1 / ZOOM_STEP));
  const nearer = pressButton('zoom in (+)', '+', () => tools.zoom(ZOOM_STEP));
  const whole = pressButton('whole slices (0)', icon(ICONS.whole), tools.whole);
  const cross = pressButton('crosshair (c)', icon(ICONS.crosshair), tools.toggleCrosshair);
  const measure = pressButton('distance between two points (m)', icon(ICONS.ruler), ruler.toggle);
  const side = pressButton('', '', tools.mirror);
  side.hidden = !scan.oriented;
  return {
    ...tools,
    ...{ help, measured },
    root: element(
      'div',
      { class: 'voxlab-group voxlab-tools' },
      ...[farther, zoomText, nearer, whole, cross, measure, side, asked],
    ),
    draw() {
      zoomText.textContent = `${Math.round(100 * shared.frame.zoom)} %`;
      for (const button of [whole, farther]) {
        if (shared.frame.zoom === 1) leave(button);
        button.disabled = shared.frame.zoom === 1;
      }
      cross.setAttribute('aria-pressed', String(viewer.crosshair));
      measure.setAttribute('aria-pressed', String(ruler.active));
      side.textContent = viewer.neurological ? 'L R' : 'R L';
      side.title = viewer.neurological
        ? 'patient’s left at the left, as neurologists look (f)'
        : 'patient’s left at the right, as radiologists look (f)';
      side.setAttribute('aria-label', `${side.textContent}: ${side.title}`); // what is read begins with what is seen
      const [start, end = shared.aim ?? viewer.voxel] = ruler.points;
      measured.textContent = start === undefined ? '' : `↔ ${number(distanceMm(scan, start, end!), 1)} mm`;
      measured.hidden = start === undefined;
    },
  };
}

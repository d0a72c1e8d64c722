import { differenceColor, NO_DIFFERENCE } from '../../figures/slices/differenceColor.js';
import { PLANE_NAMES, type PlaneName } from '../../figures/slices/planeAxes.js';
import { voxelToWorld } from '../../volumes/voxels/geometry.js';
import type { Vector3 } from '../../volumes/voxels/volume.js';
import { nearestVoxel } from '../viewerChecks.js';
import type { ComparedColumn } from '../viewerState.js';
import { following } from '../viewFrame.js';
import { type CleanUp, type Model, type RenderArguments, watch } from './anywidget.js';
import { type Column, createColumns } from './comparedColumns.js';
import { createStill, NO_VOXELS, watchConnection } from './connection.js';
import { element, keepKeys } from './elements.js';
import { isOfList, isWithModifier } from './keys.js';
import { followWidth, layOut, onceAFrame, usedLast } from './planeLayout.js';
import type { PlaneView } from './planeView.js';
import { after, createChoices } from './toolButtons.js';
import { createViewerBar, meansOf } from './viewerBar.js';
import { followKeys } from './viewerKeys.js';
import { number } from './viewerModel.js';
import { createViewerTools } from './viewerTools.js';

const RANGE_STEP = 1.25;
const MOST_RANGE_HU = 1000;

function render({ model, el }: RenderArguments): CleanUp {
  const [first, second] = model.get('names') as readonly [string, string];
  const names = { first, second, difference: `${second} \u2212 ${first}` };
  const drawSoon = onceAFrame(() => draw());
  const columns = createColumns(model, names, { changed: drawSoon, pointed: () => bar.say() });
  const [one] = columns;
  const { viewer, context } = one;
  const plane = (): PlaneName => model.get('plane') as PlaneName;
  const shown = (): PlaneView[] =>
    columns.map(({ views }) => views.find((view) => view.plane.name === plane())!);
  const choosePlane = (name: PlaneName): void => {
    model.set('plane', name);
    model.save_changes();
  };
  const choice = createChoices(PLANE_NAMES, (name) => `${name} (v)`, choosePlane);
  const range = createRange(model);
  const tools = createViewerTools(context, [
    ['axial, coronal, sagittal', 'its button', 'v'],
    ['full colours at a smaller, larger difference', 'slider', '[  ]'],
  ]);
  /** Under the pointer, in whichever column it is; mm. */
  const pointedMm = (): Vector3 | undefined => {
    for (const [at, view] of shown().entries()) {
      const found = view.found();
      if (found !== undefined) return voxelToWorld(columns[at]!.viewer.scan, found.voxel);
    }
    return undefined;
  };
  const bar = createViewerBar(viewer, tools, {
    found() {
      const worldMm = pointedMm();
      return worldMm && { voxel: nearestVoxel(viewer.scan, worldMm) };
    },
    values: () => valuesText(columns, names, pointedMm() ?? (model.get('positionMm') as Vector3)),
  });
  bar.top.insertBefore(choice.root, tools.root);
  bar.bottom.insertBefore(range.root, bar.bottom.lastElementChild);
  const row = createPlaneRow(shown);
  const still = createStill(model, 'the two volumes as they were shown');
  const root = element(
    'div',
    { class: 'voxlab-viewer voxlab-compare' },
    bar.top,
    tools.help,
    row.root,
    bar.bottom,
  );
  el.append(root, still.image);
  const current = usedLast(columns.flatMap(({ views }) => views));
  const inSight = (): PlaneView => shown().find((view) => view === current()) ?? shown()[0]!;
  followKeys(root, viewer, inSight, { ...tools, jump: bar.jump, help: tools.toggleHelp });
  root.addEventListener('keydown', (event) => {
    if (isWithModifier(event) || isOfList(event)) return;
    if (event.key === 'v') choosePlane(after(PLANE_NAMES, plane()));
    if (event.key === '[') range.scale(1 / RANGE_STEP);
    if (event.key === ']') range.scale(RANGE_STEP);
  });
  const stops = [keepKeys(root), watchConnection(model, el, NO_VOXELS), still.stop];

  const slices = () =>
    shown().map(({ plane: axes }, at) => {
      const { store, viewer: own } = columns[at]!;
      return { store, slice: { plane: axes.name, level: own.voxel[axes.through.axis] } };
    });
  let drawnAt = viewer.voxel;
  /** Keeps the voxel in sight. */
  const follow = (): void => {
    if (viewer.voxel === drawnAt) return;
    const [{ plane: axes, box }] = shown() as [PlaneView];
    context.frame = following(viewer.scan, context.frame, viewer.voxel, [{ plane: viewer.seen(axes), box }]);
    drawnAt = viewer.voxel;
  };
  function draw(): void {
    if (!row.layOut()) return;
    follow();
    root.dataset.complete = String(slices().every(({ store, slice }) => store.get(slice) !== undefined));
    for (const view of shown()) view.draw();
    choice.draw(plane());
    range.draw();
    bar.draw();
  }
  const watched = ['positionMm', 'window', 'opacity', 'crosshair', 'neurological', 'plane', 'rangeHu'];
  stops.push(
    followWidth(el, (room) => {
      row.widthChanged(room);
      drawSoon();
    }),
    watch(model, watched, () => {
      for (const { store, slice } of slices()) store.want([slice]);
      drawSoon();
    }),
  );
  return () => {
    for (const stop of stops) stop();
    for (const { store } of columns) store.close();
  };
}

/** The shown view of each column, laid out anew where it is another plane's, or has other room. */
function createPlaneRow(shown: () => readonly PlaneView[]) {
  const root = element('div', { class: 'voxlab-planes' });
  let laidOut: PlaneName | undefined;
  let width = 0;
  return {
    root,
    widthChanged(room: number): void {
      width = room;
      laidOut = undefined;
    },
    /** False where there is no room yet. */
    layOut(): boolean {
      if (width === 0) return false;
      const views = shown();
      const { name } = views[0]!.plane;
      if (laidOut === name) return true;
      const used = [...root.children].findIndex((child) => child.contains(document.activeElement));
      root.replaceChildren(...views.map((view) => view.root));
      // Else the focus, and the next key, would be JupyterLab's.
      if (used >= 0) views[used]!.canvas.focus({ preventScroll: true });
      layOut(views, root, width);
      laidOut = name;
      return true;
    },
  };
}

/** At the voxel of the first that is nearest to a place; the second as the difference has it, linear between its voxels. */
function valuesText(
  [first, second, difference]: readonly [Column, Column, Column],
  names: Readonly<Record<ComparedColumn, string>>,
  worldMm: Vector3,
): string {
  const value = first.valueAt(worldMm);
  const by = difference.valueAt(worldMm);
  const known = value !== undefined && by !== undefined && by !== NO_DIFFERENCE;
  const said = (of: ComparedColumn, hu: number | undefined): string =>
    `${names[of]} ${hu === undefined ? '\u2013' : `${of === 'difference' && hu > 0 ? '+' : ''}${number(hu)}`} HU`;
  return [
    said('first', value),
    `${said('second', known ? value + by : undefined)}${meansOf(second.viewer)}`,
    said('difference', known ? by : undefined),
  ].join('   ');
}

/** The colours of the difference, and where they are full. */
function createRange(model: Model): { root: HTMLElement; draw(): void; scale(factor: number): void } {
  // A wider one that the notebook asks for can be gone back to.
  const most = Math.max(MOST_RANGE_HU, model.get('rangeHu') as number);
  const set = (hu: number): void => {
    model.set('rangeHu', Math.max(1, Math.min(most, Math.round(hu))));
    model.save_changes();
  };
  const slider = element('input', {
    ...{ type: 'range', min: '1', max: String(most), step: '1' },
    ...{ 'aria-label': 'difference of full colour, HU', title: 'difference of full colour, HU' },
  });
  slider.addEventListener('input', () => set(slider.valueAsNumber));
  const [low, high] = [element('span'), element('span')];
  const bar = element('i', { class: 'voxlab-colors', 'aria-hidden': 'true' });
  const stops = Array.from({ length: 21 }, (_, at) => `rgb(${differenceColor(at / 10 - 1).join(' ')})`);
  bar.style.background = `linear-gradient(to right, ${stops.join(', ')})`;
  return {
    root: element('div', { class: 'voxlab-group voxlab-range' }, low, bar, high, slider),
    draw() {
      const rangeHu = model.get('rangeHu') as number;
      slider.value = String(rangeHu);
      low.textContent = number(-rangeHu);
      high.textContent = `+${number(rangeHu)} HU`;
    },
    scale: (factor) => set((model.get('rangeHu') as number) * factor),
  };
}

export default { render };

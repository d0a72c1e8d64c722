import type { SliceRequest } from '../viewerState.js';
import { following, wholeFrame } from '../viewFrame.js';
import { type CleanUp, type RenderArguments, watch } from './anywidget.js';
import { createStill, NO_VOXELS, watchConnection } from './connection.js';
import { element, keepKeys } from './elements.js';
import { followWidth, layOut, onceAFrame, usedLast } from './planeLayout.js';
import type { PlaneContext } from './planeSight.js';
import { createPlaneView } from './planeView.js';
import { createRuler } from './ruler.js';
import { createSliceStore, valueIn } from './sliceStore.js';
import { createViewerBar } from './viewerBar.js';
import { followKeys } from './viewerKeys.js';
import { number, viewerModel } from './viewerModel.js';
import { createViewerTools } from './viewerTools.js';

function render({ model, el }: RenderArguments): CleanUp {
  const viewer = viewerModel(model);
  const drawSoon = onceAFrame(() => draw());
  const store = createSliceStore(model, drawSoon);
  const shared: PlaneContext = {
    ...{ viewer, store, aim: undefined, frame: wholeFrame(viewer.scan) },
    ruler: createRuler(() => drawSoon()),
    changed: () => drawSoon(),
    pointed: () => bar.say(),
  };
  const views = viewer.scan.planes.map((plane) => createPlaneView(shared, plane));
  const found = () => views.map((view) => view.found()).find((one) => one !== undefined);
  const tools = createViewerTools(shared);
  const bar = createViewerBar(viewer, tools, {
    found,
    values() {
      const here = found();
      const value = here === undefined ? valueIn(store, viewer.scan, viewer.voxel) : here.hu;
      return value === undefined ? '… HU' : `${number(value)} HU`;
    },
  });
  const planes = element('div', { class: 'voxlab-planes' }, ...views.map(({ root }) => root));
  const still = createStill(model, 'the three planes as they were shown');
  const root = element('div', { class: 'voxlab-viewer' }, bar.top, tools.help, planes, bar.bottom);
  el.append(root, still.image);
  followKeys(root, viewer, usedLast(views), { ...tools, jump: bar.jump, help: tools.toggleHelp });
  const stops = [keepKeys(root), watchConnection(model, el, NO_VOXELS), still.stop, store.close];

  const slices = (): SliceRequest[] =>
    views.map(({ plane }) => ({ plane: plane.name, level: viewer.voxel[plane.through.axis] }));
  let drawnAt = viewer.voxel;
  function draw(): void {
    const wanted = slices();
    root.dataset.complete = String(wanted.every((slice) => store.get(slice) !== undefined));
    const seen = views.map(({ plane, box }) => ({ plane: viewer.seen(plane), box }));
    if (viewer.voxel !== drawnAt) shared.frame = following(viewer.scan, shared.frame, viewer.voxel, seen);
    drawnAt = viewer.voxel;
    for (const view of views) view.draw();
    bar.draw();
  }
  stops.push(
    followWidth(el, (width) => {
      layOut(views, planes, width);
      drawSoon();
    }),
    watch(model, ['voxel', 'window', 'opacity', 'crosshair', 'neurological'], () => {
      store.want(slices()); // at once: the frame would come later
      drawSoon();
    }),
  );
  return () => {
    for (const stop of stops) stop();
  };
}

export default { render };

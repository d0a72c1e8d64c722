import type { SliceRequest } from '../viewerState.js';
import { following, wholeFrame } from '../viewFrame.js';
import { type CleanUp, type RenderArguments, watch } from './anywidget.js';
import { watchConnection } from './connection.js';
import { element, keepKeys } from './elements.js';
import { layOut, onceAFrame, PADDING, usedLast } from './planeLayout.js';
import { createPlaneView, type PlaneContext } from './planeView.js';
import { createRuler } from './ruler.js';
import { createSliceStore, type SliceStore } from './sliceStore.js';
import { createViewerBar } from './viewerBar.js';
import { followKeys } from './viewerKeys.js';
import { number, pixelOf, type ViewerModel, viewerModel } from './viewerModel.js';
import { createViewerTools } from './viewerTools.js';

const ALONE =
  'No answer: the kernel that holds the voxels is gone, or busy. The picture is the one of the start; run the cell again.';

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
      const value = here === undefined ? valueAtCrosshair(viewer, store) : here.hu;
      return value === undefined ? '… HU' : `${number(value)} HU`;
    },
  });
  const planes = element('div', { class: 'voxlab-planes' }, ...views.map(({ root }) => root));
  const still = element('img', { class: 'voxlab-still', alt: 'the three planes as they were shown' });
  const root = element('div', { class: 'voxlab-viewer' }, bar.top, tools.help, planes, bar.bottom);
  el.append(root, still);
  followKeys(root, viewer, usedLast(views), { ...tools, jump: bar.jump, help: tools.toggleHelp });
  const stopKeys = keepKeys(root);
  const stopWatching = watchConnection(model, el, ALONE);

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
  const observer = new ResizeObserver(() => {
    if (el.clientWidth === 0) return;
    layOut(views, planes, el.clientWidth - 2 * PADDING);
    drawSoon();
  });
  observer.observe(el);
  const stop = watch(model, ['voxel', 'window', 'opacity', 'crosshair', 'neurological'], () => {
    store.want(slices()); // at once: the frame would come later
    drawSoon();
  });
  const stopStill = watch(model, ['still'], () => {
    const kept = model.get('still');
    if (typeof kept === 'string' && kept !== '') still.src = kept; // a saved page has none
  });
  return () => {
    observer.disconnect();
    stop();
    stopStill();
    stopKeys();
    stopWatching();
    store.close();
  };
}

/** Of the first plane whose slice is here. */
function valueAtCrosshair({ scan, voxel }: ViewerModel, store: SliceStore): number | undefined {
  for (const plane of scan.planes) {
    const slice = store.get({ plane: plane.name, level: voxel[plane.through.axis] });
    const [column, row] = pixelOf(scan, plane, voxel);
    if (slice !== undefined) return slice.hu[row * scan.size[plane.right.axis] + column];
  }
  return undefined;
}

export default { render };

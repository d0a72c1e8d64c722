import type { SliceRequest } from '../viewerState.js';
import { type CleanUp, type RenderArguments, watch } from './anywidget.js';
import { watchConnection } from './connection.js';
import { element } from './elements.js';
import { createPlaneView } from './planeView.js';
import { createSliceStore } from './sliceStore.js';
import { createViewerBar } from './viewerBar.js';
import { viewerModel } from './viewerModel.js';

const ALONE =
  'No answer: the kernel that holds the voxels is gone, or busy. The picture is the one of the start; run the cell again.';
/** CSS pixels. */
const GAP = 2;
const PADDING = 9;
const HIGHEST = 400;
const NARROWEST = 170;

function render({ model, el }: RenderArguments): CleanUp {
  const viewer = viewerModel(model);
  const drawSoon = onceAFrame(() => draw());
  const store = createSliceStore(model, drawSoon);
  const views = viewer.scan.planes.map((plane) =>
    createPlaneView(viewer, store, plane, (found) => bar.say(found)),
  );
  const bar = createViewerBar(viewer, huAtCrosshair);
  const planes = element('div', { class: 'voxlab-planes' }, ...views.map(({ root }) => root));
  const still = element('img', { class: 'voxlab-still', alt: 'the three planes as they were shown' });
  const root = element(
    'div',
    { class: 'voxlab-viewer', 'data-lm-suppress-shortcuts': 'true' },
    bar.top,
    planes,
    bar.bottom,
  );
  el.append(root, still);
  const stopWatching = watchConnection(model, el, ALONE);

  const slices = (): SliceRequest[] =>
    views.map(({ plane }) => ({ plane: plane.name, level: viewer.voxel[plane.through.axis] }));
  function huAtCrosshair(): number | undefined {
    const axial = viewer.scan.planes[0]!;
    const pixels = store.get({ plane: axial.name, level: viewer.voxel[axial.through.axis] });
    const { right, down } = axial;
    const { size } = viewer.scan;
    const along = ({ axis, sign }: typeof right): number =>
      sign > 0 ? viewer.voxel[axis] : size[axis] - 1 - viewer.voxel[axis];
    return pixels?.hu[along(down) * size[right.axis] + along(right)];
  }
  function draw(): void {
    const wanted = slices();
    root.dataset.complete = String(wanted.every((slice) => store.get(slice) !== undefined));
    for (const view of views) view.draw();
    bar.draw();
  }
  const layOut = (): void => {
    if (el.clientWidth === 0) return;
    const room = el.clientWidth - 2 * PADDING - GAP * (views.length - 1);
    const perMm = Math.min(
      room / views.reduce((sum, { widthMm }) => sum + widthMm, 0),
      HIGHEST / Math.max(...views.map(({ heightMm }) => heightMm)),
    );
    const height = Math.max(...views.map(({ heightMm }) => heightMm)) * perMm;
    const narrowest = Math.min(NARROWEST, room / views.length);
    for (const view of views)
      view.layOut(perMm, Math.max(narrowest, Math.floor(view.widthMm * perMm)), Math.ceil(height));
    drawSoon();
  };

  const observer = new ResizeObserver(layOut);
  observer.observe(el);
  const stop = watch(model, ['voxel', 'window', 'opacity'], () => {
    store.want(slices()); // at once: the frame would come later
    drawSoon();
  });
  const stopStill = watch(model, ['still'], () => {
    still.src = String(model.get('still'));
  });
  return () => {
    observer.disconnect();
    stop();
    stopStill();
    stopWatching();
    store.close();
  };
}

/** However often it is called, the work is done once before the next frame. */
function onceAFrame(work: () => void): () => void {
  let waits = false;
  return () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => {
      waits = false;
      work();
    });
  };
}

export default { render };

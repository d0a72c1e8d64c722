import { presentMark } from '../presentMark.js';
import { type Picked, pickVoxel } from '../rayPick.js';
import { raysOf } from '../rays.js';
import { type PictureSize, pixelsPerMm } from '../volumeCamera.js';
import type { PickMessage } from '../volumeState.js';
import { type CleanUp, type RenderArguments, watch } from './anywidget.js';
import { createStill, watchConnection } from './connection.js';
import { element, keepKeys, scaledContext } from './elements.js';
import { PADDING } from './planeLayout.js';
import { followPointer, STILL_PIXELS } from './planePointer.js';
import { volumeActions } from './volumeActions.js';
import { createVolumeBar } from './volumeBar.js';
import { followVolumeKeys } from './volumeKeys.js';
import { volumeModel, WATCHED } from './volumeModel.js';
import { drawVolumeOverlay, seenMarks } from './volumeOverlay.js';
import { createVolumePicture } from './volumePicture.js';
import { shareStore } from './volumeStore.js';

const ALONE =
  'No answer: the kernel of this view is gone, or busy. What has come stays; places are not told. Run the cell again.';
/** CSS pixels. */
const HIGHEST = 520;
/** Of a turn for the way across the picture. */
const HALF_TURN = Math.PI;
const WHILE_LOADING_MS = 600;

function render({ model, el }: RenderArguments): CleanUp {
  const viewer = volumeModel(model);
  const { scan } = viewer;
  const { store, release } = shareStore(String(model.get('key')), scan);
  let size: PictureSize = { width: 1, height: 1 };
  const actions = volumeActions(viewer, () => size);
  const bar = createVolumeBar(viewer, actions);
  const canvas = element('canvas', {
    ...{ class: 'voxlab-volume', tabindex: '0', role: 'img', 'aria-label': `${scan.title}, a volume` },
  });
  const loading = element('progress', { class: 'voxlab-loading', max: '1', 'aria-label': 'voxels' });
  const why = element('div', { class: 'voxlab-why', role: 'status' });
  const still = createStill(model, 'projections of the volume');
  const stage = element('div', { class: 'voxlab-stage' }, canvas, loading);
  const root = element('div', { class: 'voxlab-viewer' }, bar.top, bar.help, stage, why, bar.bottom);
  el.append(root, still.image);
  let seen = false;
  let pointer: readonly [number, number] | undefined;

  const picture = createVolumePicture(viewer, store, () => seen, paint);
  function paint(): void {
    if (picture.why !== undefined) return giveUp(picture.why);
    const context = scaledContext(canvas, size);
    context.fillStyle = '#000';
    context.fillRect(0, 0, size.width, size.height);
    context.imageSmoothingQuality = 'high';
    if (picture.canvas.width > 0) context.drawImage(picture.canvas, 0, 0, size.width, size.height);
    drawVolumeOverlay(context, viewer, size, presentMark(scan, viewer.voxel, -1));
    root.dataset.complete = String(picture.complete);
    bar.draw();
    bar.say(found());
  }
  const giveUp = (reason: string): void => {
    why.textContent = `${reason}: this is a picture.`;
    el.classList.add('voxlab-flat');
  };
  const found = (): Picked | undefined => {
    if (pointer === undefined || store.here.length < store.parts) return undefined;
    const { mode, window, mask, depthMm } = viewer;
    const perMm = pixelsPerMm(scan, viewer.camera, size);
    return pickVoxel(
      { ...scan, hu: store.hu, maskValues: store.maskValues },
      raysOf(scan, viewer.camera, viewer.cut, size),
      { mode, window, mask, depthMm },
      [(pointer[0] - size.width / 2) / perMm, (size.height / 2 - pointer[1]) / perMm],
    );
  };
  const tell = (pickedMm: PickMessage['pickedMm'] | undefined): void => {
    if (pickedMm !== undefined) model.send({ pickedMm } satisfies PickMessage);
  };
  let pressed: readonly [number, number] = [0, 0];
  let last = pressed;
  followPointer(canvas, viewer, {
    step(by) {
      if (!actions.deepen(-by)) actions.zoom(1.1 ** by, ...(pointer ?? [size.width / 2, size.height / 2]));
    },
    pan: actions.pan,
    zoom: (factor, x, y) => actions.zoom(factor, x, y),
    press(x, y) {
      pressed = last = [x, y];
      return false;
    },
    drag(x, y) {
      if (Math.hypot(x - pressed[0], y - pressed[1]) < STILL_PIXELS && last === pressed) return;
      const scale = HALF_TURN / Math.min(size.width, size.height);
      actions.turn((x - last[0]) * scale, (y - last[1]) * scale);
      last = [x, y];
    },
    twice() {
      tell(found()?.worldMm);
    },
    hover(x, y) {
      pointer = [x, y];
      bar.say(found());
    },
    leave() {
      pointer = undefined;
      bar.say(undefined);
    },
  });
  canvas.addEventListener('click', ({ offsetX: x, offsetY: y }) => {
    if (last !== pressed) return; // it was a drag
    const ring = seenMarks(viewer, size)
      .filter((one) => Math.hypot(one.x - x, one.y - y) < one.radius)
      .at(-1);
    if (ring !== undefined) actions.goTo(scan.markers[ring.index]!.voxel);
  });
  followVolumeKeys(root, viewer, actions, {
    jump: bar.jump,
    help: () => bar.toggleHelp(),
    tell: () => tell(viewer.camera.centerMm),
  });

  const changed = (): void => {
    root.dataset.complete = 'false';
    picture.changed();
  };
  const stops = [keepKeys(root), watchConnection(model, el, ALONE), still.stop];
  let loadedAtMs = 0;
  const load = (): void => {
    const share = store.here.length / store.parts;
    loading.value = share;
    loading.hidden = share === 1;
    root.dataset.loaded = String(share === 1);
    // Each picture on the way delays the rest.
    const pauseMs = Math.max(WHILE_LOADING_MS, 8 * picture.lastFrame.ms);
    if (share < 1 && performance.now() - loadedAtMs < pauseMs) return;
    loadedAtMs = performance.now();
    changed();
  };
  stops.push(store.follow(model, load), watch(model, WATCHED, changed));
  load();
  const observer = new ResizeObserver(() => {
    if (el.clientWidth === 0) return;
    const width = el.clientWidth - 2 * PADDING;
    size = { width, height: Math.min(HIGHEST, Math.max(240, Math.round(0.75 * width))) };
    const density = globalThis.devicePixelRatio || 1;
    canvas.width = Math.round(size.width * density);
    canvas.height = Math.round(size.height * density);
    canvas.style.height = `${size.height}px`;
    picture.layOut(size);
    paint();
  });
  observer.observe(el);
  const watcher = new IntersectionObserver((entries) => {
    seen = entries.at(-1)!.isIntersecting;
    if (seen && !picture.complete) picture.changed();
  });
  watcher.observe(canvas);
  return () => {
    observer.disconnect();
    watcher.disconnect();
    for (const stop of stops) stop();
    picture.close();
    release();
  };
}

export default { render };

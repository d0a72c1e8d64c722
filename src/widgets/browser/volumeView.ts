import { presentMark } from '../presentMark.js';
import type { PictureSize } from '../volumeCamera.js';
import type { PickMessage } from '../volumeState.js';
import { type CleanUp, type RenderArguments, watch } from './anywidget.js';
import { createStill, watchConnection } from './connection.js';
import { element, keepKeys, scaledContext, sizeCanvas } from './elements.js';
import { followWidth } from './planeLayout.js';
import { volumeActions } from './volumeActions.js';
import { createVolumeBar } from './volumeBar.js';
import { followVolumeKeys } from './volumeKeys.js';
import { volumeModel, WATCHED } from './volumeModel.js';
import { drawVolumeOverlay } from './volumeOverlay.js';
import { VolumePicture } from './volumePicture.js';
import { followVolumePointer } from './volumePointer.js';
import { shareStore } from './volumeStore.js';

const ALONE =
  'No answer: the kernel of this view is gone, or busy. What has come stays; places are not told. Run the cell again.';
/** CSS pixels. */
const HIGHEST = 520;
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

  const picture = new VolumePicture(viewer, store, () => seen, paint);
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
  const tell = (pickedMm: PickMessage['pickedMm'] | undefined): void => {
    if (pickedMm !== undefined) model.send({ pickedMm } satisfies PickMessage);
  };
  const found = followVolumePointer(canvas, {
    ...{ viewer, store, actions, size: () => size, pointed: bar.say },
    chosen: (picked) => tell(picked?.worldMm),
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
  const layOut = (width: number): void => {
    size = { width, height: Math.min(HIGHEST, Math.max(240, Math.round(0.75 * width))) };
    sizeCanvas(canvas, size);
    picture.layOut(size);
    paint();
  };
  stops.push(followWidth(el, layOut));
  const watcher = new IntersectionObserver((entries) => {
    seen = entries.at(-1)!.isIntersecting;
    if (seen && !picture.complete) picture.changed();
  });
  watcher.observe(canvas);
  return () => {
    watcher.disconnect();
    for (const stop of stops) stop();
    picture.close();
    release();
  };
}

export default { render };

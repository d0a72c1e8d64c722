import { type CleanUp, type Model, watch } from './anywidget.js';
import { element } from './elements.js';

/** A kernel that computes answers late: until then the note says what it may be. */
const PATIENCE_MS = 3000;
/** Of a viewer whose voxels stay in the kernel. */
export const NO_VOXELS =
  'No answer: the kernel that holds the voxels is gone, or busy. The picture is the one of the start; run the cell again.';
/** Class of a view that nobody answers. */
const ALONE = 'voxlab-alone';

/**
 * Shows a note in a view whose kernel was restarted, or does not answer when the view is made or used; hides it with the
 * next answer.
 */
export function watchConnection(model: Model, el: HTMLElement, note: string): CleanUp {
  el.prepend(element('div', { class: 'voxlab-note', role: 'status' }, note));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const alone = (): void => el.classList.add(ALONE);
  const answered = (): void => {
    clearTimeout(timer);
    timer = undefined;
    el.classList.remove(ALONE);
  };
  const ask = (): void => {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      alone();
    }, PATIENCE_MS);
    model.send({ ping: true });
  };
  // JupyterLab says it of every model when its reader restarts the kernel; a kernel that died is noticed by using the view.
  model.on('comm_live_update', alone);
  model.on('msg:custom', answered);
  el.addEventListener('pointerdown', ask);
  ask();
  return () => {
    clearTimeout(timer);
    model.off('comm_live_update', alone);
    model.off('msg:custom', answered);
    el.removeEventListener('pointerdown', ask);
  };
}

/** The picture that the notebook keeps of a view, for when it cannot be drawn. */
export function createStill(
  model: Model,
  alt: string,
): { readonly image: HTMLElement; readonly stop: CleanUp } {
  const image = element('img', { class: 'voxlab-still', alt });
  const stop = watch(model, ['still'], () => {
    const kept = model.get('still');
    if (typeof kept === 'string' && kept !== '') image.src = kept; // a saved page has none
  });
  return { image, stop };
}

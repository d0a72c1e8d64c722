import type { CleanUp, Model } from './anywidget.js';
import { element } from './elements.js';

/** A kernel that computes answers late: until then the note says what it may be. */
const PATIENCE_MS = 3000;
/** Class of a view that nobody answers. */
const ALONE = 'voxlab-alone';

/** Shows a note in a view whose kernel was restarted, or does not answer when the view is made; hides it with an answer. */
export function watchConnection(model: Model, el: HTMLElement, note: string): CleanUp {
  el.prepend(element('div', { class: 'voxlab-note', role: 'status' }, note));
  const alone = (): void => el.classList.add(ALONE);
  const answered = (): void => {
    clearTimeout(timer);
    el.classList.remove(ALONE);
  };
  const timer = setTimeout(alone, PATIENCE_MS);
  // JupyterLab says it of every model when the kernel restarts.
  model.on('comm_live_update', alone);
  model.on('msg:custom', answered);
  model.send({ ping: true });
  return () => {
    clearTimeout(timer);
    model.off('comm_live_update', alone);
    model.off('msg:custom', answered);
  };
}

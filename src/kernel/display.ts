import { randomUUID } from 'node:crypto';
import { given } from '../given.js';
import { withoutControls } from '../withoutControls.js';
import { type Displayable, displayIdOf, type MimeBundle, mimeBundleOf } from './outputs/mimeBundle.js';
import { sessionFor, sessionIfAny } from './session.js';
import type { JsonObject } from './wire/protocol.js';

/** What `display` takes: a figure, a mime bundle, or any value, which is then shown as text. */
export type Shown = Displayable | MimeBundle | unknown;

/**
 * Shows a value below the cell, richly where it can: `display(figure)`, `display({ 'text/html': '<b>bold</b>' })`.
 * `metadata` is Jupyter's, by mime type. Outside of a notebook the text form is printed.
 * @example
 * display({ 'text/html': '<b>bold</b>', 'text/plain': 'bold' });
 * display(chart({ title: 'Loss', x: { title: 'epoch' }, y: { title: 'loss' }, traces: [] }));
 */
export function display(value: Shown, { metadata = {} }: { metadata?: JsonObject } = {}): void {
  const display_id = displayIdOf(value);
  publish('display_data', value, metadata, given({ display_id }));
}

/** An output that can be changed later, also from another cell. */
export interface LiveDisplay {
  /** Shows the value in place of what was shown before; the first call decides the cell. */
  show(value: Shown): void;
}

/**
 * An output that is drawn again and again, a chart as a picture: `const live = liveDisplay(); for (…) live.show(figure);`
 * @example
 * const live = liveDisplay();
 * for (let step = 1; step <= 3; step++) live.show({ 'text/plain': `step ${step}` });
 */
export function liveDisplay(): LiveDisplay {
  const transient = { display_id: randomUUID() };
  let shown = false;
  return {
    show(value) {
      publish(shown ? 'update_display_data' : 'display_data', redrawable(value), {}, transient);
      shown = true;
    },
  };
}

/** JupyterLab's renderer of plotly draws an output once and takes no update: a figure's picture is shown instead, where it has one. */
function redrawable(value: Shown): MimeBundle {
  const { 'application/vnd.plotly.v1+json': _, ...rest } = mimeBundleOf(value);
  return 'image/svg+xml' in rest ? rest : mimeBundleOf(value);
}

/**
 * Empties the cell's output; with `wait`, only when the next output comes, which avoids flicker.
 * @example
 * for (let step = 1; step <= 3; step++) {
 *   clearOutput({ wait: true });
 *   console.log(`step ${step}`);
 * }
 */
export function clearOutput({ wait = false } = {}): void {
  sessionFor('clearOutput()').publish('clear_output', { wait });
}

function publish(type: string, value: Shown, metadata: JsonObject, transient: JsonObject): void {
  const data = mimeBundleOf(value);
  const session = sessionIfAny();
  if (session === undefined)
    process.stdout.write(`${withoutControls(String(data['text/plain'] ?? Object.keys(data).join(', ')))}\n`);
  else session.publish(type, { data, metadata, transient });
}

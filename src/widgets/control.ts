import { escaped } from '../figures/drawing/markup.js';
import { DISPLAY_ID } from '../kernel/mimeBundle.js';
import type { JsonObject } from '../kernel/protocol.js';
import { createListeners } from './listeners.js';
import { createWidget, type Widget } from './widget.js';

/** A value that the reader of the notebook changes. Shown as the last line of a cell, or by `display(control)`. */
export interface Control<T> extends AsyncIterable<T> {
  /** The value as it is now; setting it moves every view. */
  value: T;
  /** Calls the listener with each new value that the reader sets; returns what ends that. Prints go to this cell. */
  onChange(listener: (value: T) => void): () => void;
  /** Removes the control from the page, and ends loops over it: `for await (const value of control)`. */
  close(): void;
}

export interface ControlSpec<T> {
  /** Which of the front end's controls. */
  readonly kind: 'slider' | 'select';
  readonly label: string;
  /** What the front end needs to draw, beside kind, label and value. */
  readonly state: JsonObject;
  readonly value: T;
  /** A value as it travels, and back; the way back gives nothing for what is no value of this control. */
  readonly encode: (value: T) => number;
  readonly decode: (sent: unknown) => T | undefined;
  /** Throws RangeError for a value that a cell must not set. */
  readonly check: (value: T) => void;
  /** A value for readers. */
  readonly textOf: (value: T) => string;
}

export function createControl<T>(spec: ControlSpec<T>): Control<T> {
  spec.check(spec.value);
  let value = spec.value;
  const listeners = createListeners<T>();
  const widget = createWidget({
    frontEnd: 'controls',
    state: { kind: spec.kind, label: spec.label, value: spec.encode(value), ...spec.state },
    still: () => {
      const text = `${spec.label === '' ? spec.kind : spec.label}: ${spec.textOf(value)}`;
      return { html: `<span>${escaped(text)}</span>`, text };
    },
    accept: ({ value: sent }) => (spec.decode(sent) === undefined ? {} : { value: sent }),
    onState({ value: sent }) {
      const decoded = spec.decode(sent);
      if (decoded === undefined || Object.is(decoded, value)) return;
      value = decoded;
      listeners.tell(value);
    },
  });
  const control: Control<T> = {
    get value() {
      return value;
    },
    set value(changed) {
      spec.check(changed);
      value = changed;
      widget.set({ value: spec.encode(value) });
    },
    onChange: listeners.add,
    close() {
      listeners.end();
      widget.close();
    },
    [Symbol.asyncIterator]: listeners[Symbol.asyncIterator],
  };
  return shownBy(control, widget);
}

/** Makes a value show a widget in the notebook. */
export function shownBy<T extends object>(value: T, widget: Widget): T {
  Object.defineProperty(value, DISPLAY_ID, { value: widget[DISPLAY_ID] });
  return Object.defineProperty(value, Symbol.for('Jupyter.display'), { value: widget.mimeBundle });
}

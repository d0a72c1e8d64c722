import { escaped } from '../figures/drawing/markup.js';
import { shownBy } from './control.js';
import { createListeners } from './listeners.js';
import { createWidget } from './widget.js';

/** A button in the notebook. A loop over it gets the number of clicks: `for await (const clicks of again) …` */
export interface Button extends AsyncIterable<number> {
  /** Clicks so far. */
  readonly clicks: number;
  /** A disabled button takes no clicks. */
  disabled: boolean;
  /** Calls the listener with the number of clicks; returns what ends that. */
  onClick(listener: (clicks: number) => void): () => void;
  /** Removes the button from the page, and ends loops over it. */
  close(): void;
}

/**
 * A button that cells hear of: `const next = button('Next scan'); next.onClick(() => show(++index)); next`.
 * @example
 * const next = button('Next scan');
 * next.onClick(() => console.log('clicked'));
 * display(next);
 */
export function button(label: string): Button {
  let clicks = 0;
  const listeners = createListeners<number>();
  const widget = createWidget({
    frontEnd: 'controls',
    state: { kind: 'button', label, disabled: false },
    still: () => ({ html: `<span>[${escaped(label)}]</span>`, text: `[${label}]` }),
    accept: () => ({}),
    onMessage({ clicked }) {
      if (clicked !== true || widget.state.disabled === true) return;
      listeners.tell(++clicks);
    },
  });
  const shown: Button = {
    get clicks() {
      return clicks;
    },
    get disabled() {
      return widget.state.disabled === true;
    },
    set disabled(disabled) {
      widget.set({ disabled });
    },
    onClick: listeners.add,
    close() {
      listeners.end();
      widget.close();
    },
    [Symbol.asyncIterator]: listeners[Symbol.asyncIterator],
  };
  return shownBy(shown, widget);
}

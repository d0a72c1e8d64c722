import { currentCell, runInCell } from '../kernel/cells/cellContext.js';

/** Those who want to know of a value's changes: functions, and loops that wait for the next one. */
export interface Listeners<T> {
  /** Calls every listener and wakes every loop. */
  tell(value: T): void;
  /** Returns what ends the calls. */
  add(listener: (value: T) => void): () => void;
  /** Ends the loops; nothing is told afterwards. */
  end(): void;
  /** The changes from now on. A loop that is busy gets the newest one next, not each between. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined>;
}

export function createListeners<T>(): Listeners<T> {
  const listeners = new Set<(value: T) => void>();
  const loops = new Set<Loop<T>>();
  let ended = false;
  return {
    tell(value) {
      if (ended) return;
      for (const loop of loops) loop.offer(value);
      const errors: unknown[] = [];
      for (const listener of [...listeners])
        try {
          listener(value);
        } catch (error) {
          errors.push(error); // the others hear of the value all the same
        }
      if (errors.length > 1) throw new AggregateError(errors, `${errors.length} listeners failed`);
      if (errors.length === 1) throw errors[0];
    },
    add(listener) {
      // What it prints goes to the cell that set it, which is not always the one that shows the widget.
      const cell = currentCell();
      const told = (value: T): void => runInCell(cell, () => listener(value));
      listeners.add(told);
      return () => void listeners.delete(told);
    },
    end() {
      ended = true;
      for (const loop of loops) loop.end();
      listeners.clear();
    },
    [Symbol.asyncIterator]() {
      const loop = createLoop<T>(() => loops.delete(loop));
      if (ended) loop.end();
      else loops.add(loop);
      return loop.iterator;
    },
  };
}

interface Loop<T> {
  offer(value: T): void;
  end(): void;
  readonly iterator: AsyncIterator<T, undefined>;
}

function createLoop<T>(left: () => void): Loop<T> {
  let newest: { value: T } | undefined;
  let ended = false;
  let wake = (): void => {};
  return {
    offer(value) {
      newest = { value };
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    iterator: {
      async next() {
        while (newest === undefined && !ended)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        if (newest === undefined) return { done: true, value: undefined };
        const { value } = newest;
        newest = undefined;
        return { done: false, value };
      },
      async return() {
        left();
        return { done: true, value: undefined };
      },
    },
  };
}

import { originalSetImmediate, originalSetTimeout } from './cellContext.js';

/** A cell comes to its end over several turns of the event loop, and none of them is to wait for a step. */
const PAUSE_MS = 100;

/**
 * Takes steps, each in a turn of the event loop of its own, until one says that it was the last; returns what puts the next one off for
 * a moment.
 */
export function inPauses(isLast: () => boolean, then: () => void, pauseMs = PAUSE_MS): () => void {
  let nextAtMs = 0;
  const next = (): void => {
    const waitMs = nextAtMs - performance.now();
    if (waitMs > 0) originalSetTimeout(next, waitMs);
    else if (isLast()) then();
    else originalSetImmediate(next);
  };
  originalSetImmediate(next);
  return () => {
    nextAtMs = performance.now() + pauseMs;
  };
}

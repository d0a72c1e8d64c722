import { InterruptedError } from './errors.js';

/** The outcome of a promise, unless `signal` is aborted before: then InterruptedError, and the promise is left alone. */
export async function untilAborted<T>(
  signal: AbortSignal | undefined,
  doing: string,
  promise: Promise<T>,
): Promise<T> {
  if (signal === undefined) return promise;
  // Its failure has no reader when the abort was first.
  promise.catch(() => {});
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new InterruptedError(`interrupted while ${doing}; what was finished is kept`));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop!);
  }
}

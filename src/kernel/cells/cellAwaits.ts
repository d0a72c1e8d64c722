import { type CellRun, currentCell, reenterCell, whenIdle } from './cellContext.js';
import { keyboardInterrupt } from './keyboardInterrupt.js';

/** What something that a cell's code waited for has brought, and the cell. */
export type Resumption = { readonly run: CellRun | undefined } & (
  | { readonly value: unknown }
  | { readonly error: unknown }
  | { readonly interrupted: true }
);

/*
 * These are plain functions, for two reasons. Code that may be terminated must not run under an async function of the
 * kernel; and V8 finds its way from an error back to the cell's `await` over derived promises alone, and over a
 * promise's own function to resolve it.
 */

/** Stands between `await` and what a cell's code awaits: whatever that is, an interrupt ends the wait. */
export function waiting(awaited: unknown): Promise<Resumption> {
  const run = currentCell();
  return untilStopped(
    run,
    Promise.resolve(awaited).then(
      (value) => ({ run, value }),
      (error) => ({ run, error }),
    ),
    { run, interrupted: true } as const,
  );
}

/** The promise's value, or `atStop` when the cell is interrupted before. Of a cell that was abandoned nothing comes. */
function untilStopped<T, S>(run: CellRun | undefined, promise: Promise<T>, atStop: S): Promise<T | S> {
  if (run === undefined) return promise;
  if (run.abandoned) return never();
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(atStop);
    run.waits.add(stop);
    promise
      .then(
        (value) => {
          run.waits.delete(stop);
          return run.abandoned ? never() : value;
        },
        (error) => {
          run.waits.delete(stop);
          throw error;
        },
      )
      .then(resolve, reject);
  });
}

/**
 * Takes the code up again behind its `await`: what it prints goes to its cell. Throws what the awaited promise rejected
 * with, and KeyboardInterrupt where the cell was interrupted meanwhile.
 */
export function resumed(resumption: Resumption): unknown {
  reenterCell(resumption.run);
  if ('interrupted' in resumption) throw keyboardInterrupt();
  if ('error' in resumption) throw resumption.error;
  return resumption.value;
}

function never(): Promise<never> {
  return new Promise(() => {});
}

type AnyIterable = Partial<AsyncIterable<unknown>> & Partial<Iterable<unknown>>;

/** The same for `for await`: what a cell's code iterates over, each value (and what the iteration throws) as a resumption. */
export function iterating(iterable: AnyIterable): AsyncIterable<Resumption> {
  return { [Symbol.asyncIterator]: () => iteratorOf(iterable) };
}

function iteratorOf(iterable: AnyIterable): AsyncIterator<Resumption> {
  const own = iterable[Symbol.asyncIterator]?.();
  // A plain iterable is one of promises, perhaps. What is neither throws JavaScript's own TypeError here.
  const iterator = own ?? (iterable as Iterable<unknown>)[Symbol.iterator]();
  let hasThrown = false;
  return {
    next() {
      const run = currentCell();
      const thrown = (error: unknown): IteratorResult<Resumption> => {
        hasThrown = true;
        return { done: false, value: { run, error } };
      };
      const step = (result: IteratorResult<unknown>): IteratorResult<Resumption> => {
        return result.done === true ? result : { done: false, value: { run, value: result.value } };
      };
      const reentering = (result: IteratorResult<Resumption>): IteratorResult<Resumption> => {
        if (result.done === true) reenterAfterThis(run);
        return result;
      };
      const atStop: IteratorResult<Resumption> = { done: false, value: { run, interrupted: true } };
      const next = Promise.resolve(iterator.next());
      if (own !== undefined) return untilStopped(run, next.then(step, thrown), atStop).then(reentering);
      const ofPromises = next
        .then(({ done, value }) =>
          Promise.resolve(value).then((each) => step({ done, value: each } as IteratorResult<unknown>)),
        )
        .catch(thrown);
      return untilStopped(run, ofPromises, atStop).then(reentering);
    },
    return() {
      const run = currentCell();
      // An iterator that has thrown has ended.
      const returned = orStuck(run, Promise.resolve(hasThrown ? undefined : iterator.return?.()));
      return returned.then(
        () => {
          reenterAfterThis(run);
          return { done: true, value: undefined };
        },
        (error) => {
          reenterAfterThis(run);
          throw error;
        },
      );
    },
  };
}

/** So often no code of the cell waits for anything: then nothing of it comes to an end. */
const STUCK_CHECKS = 5;

/**
 * The end of an iteration, for which JavaScript has a loop wait. After an interrupt it may not come: an iterator that waits
 * for what never comes is not told before. As long as code of the cell still tidies up it is waited for.
 */
function orStuck(run: CellRun | undefined, returned: Promise<unknown>): Promise<unknown> {
  if (run === undefined || run.stops === 0) return returned;
  let hasEnded = false;
  const ended = (): void => {
    hasEnded = true;
  };
  returned.then(ended, ended);
  const stuck = new Promise<void>((resolve) => whenIdle(run, STUCK_CHECKS, () => !hasEnded, resolve));
  return Promise.race([returned, stuck]);
}

/** The code behind a loop goes on in the microtask after the present one, which answers the loop. */
function reenterAfterThis(run: CellRun | undefined): void {
  queueMicrotask(() => reenterCell(run));
}

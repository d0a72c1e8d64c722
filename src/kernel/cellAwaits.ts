import { type CellRun, currentCell, reenterCell } from './cellContext.js';
import { keyboardInterrupt } from './keyboardInterrupt.js';

/** What something that a cell's code waited for has brought, and the cell. */
export type Resumption = { readonly run: CellRun | undefined } & (
  | { readonly value: unknown }
  | { readonly error: unknown }
);

/*
 * These are plain functions, for two reasons. Code that may be terminated must not run under an async function of the
 * kernel; and V8 finds its way from an error back to the cell's `await` over derived promises alone.
 */

/** Stands between `await` and what a cell's code awaits. */
export function waiting(awaited: unknown): Promise<Resumption> {
  const run = currentCell();
  if (run !== undefined && isStubborn(run)) return Promise.resolve(awaited).then(never, never);
  return Promise.resolve(awaited).then(
    (value) => ({ run, value }),
    (error) => ({ run, error }),
  );
}

/**
 * Takes the code up again behind its `await`: what it prints goes to its cell. Throws what the awaited promise rejected
 * with, and KeyboardInterrupt where the cell was interrupted meanwhile: code that nobody waits for any more ends there.
 */
export function resumed(resumption: Resumption): unknown {
  const { run } = resumption;
  reenterCell(run);
  if (run?.abandoned) throw keyboardInterrupt();
  if ('error' in resumption) throw resumption.error;
  return resumption.value;
}

const never = (): Promise<never> => new Promise(() => {});

/** Awaits of an interrupted cell after which it is taken to catch its KeyboardInterrupt and try again for ever. */
const MOST_AWAITS = 100;
const awaitsAfterInterrupt = new WeakMap<CellRun, number>();

/** Tidying up may wait some times; a loop that tries again whatever happens would go on without end. */
function isStubborn(run: CellRun): boolean {
  if (!run.abandoned) return false;
  const count = (awaitsAfterInterrupt.get(run) ?? 0) + 1;
  awaitsAfterInterrupt.set(run, count);
  return count > MOST_AWAITS;
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
        if (result.done !== true) return { done: false, value: { run, value: result.value } };
        reenterAfterThis(run);
        return result;
      };
      const next = Promise.resolve(iterator.next());
      if (own !== undefined) return next.then(step, thrown);
      return next
        .then(({ done, value }) =>
          Promise.resolve(value).then((each) => step({ done, value: each } as IteratorResult<unknown>)),
        )
        .catch(thrown);
    },
    return() {
      const run = currentCell();
      // An iterator that has thrown has ended.
      const returned = Promise.resolve(hasThrown ? undefined : iterator.return?.());
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

/** The code behind a loop goes on in the microtask after the present one, which answers the loop. */
function reenterAfterThis(run: CellRun | undefined): void {
  queueMicrotask(() => reenterCell(run));
}

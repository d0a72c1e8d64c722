import type { Message } from '../wire/protocol.js';
import { beginUserCode, endUserCode, forgetUserCode } from './userCode.js';

/** One run of one cell. */
export interface CellRun {
  readonly request: Message;
  /** Names the cell's code in tracebacks: the number in its prompt, or `3.1` for code that gets none. */
  readonly label: string;
  readonly interruption: AbortController;
  /** Whether the cell took the interrupt's signal: then it gets a moment to end by itself. */
  signalTaken: boolean;
  /** How often its code was stopped: timers that it set before are void. */
  stops: number;
  /** Ends what the cell's code waits for now with KeyboardInterrupt, so that its `catch` and `finally` run. */
  readonly waits: Set<() => void>;
  /** The interrupt that is coming has been thrown already: the reader's line was waited for. */
  hasThrownInterrupt: boolean;
  /** Stopped for good: what its code waits for never comes. */
  abandoned: boolean;
}

export function createRun(request: Message, label: string): CellRun {
  return {
    ...{ request, label, interruption: new AbortController(), signalTaken: false },
    ...{ stops: 0, waits: new Set(), hasThrownInterrupt: false, abandoned: false },
  };
}

/** Stops the cell's code wherever it waits; it may tidy up, and wait while it does. */
export function stopRun(run: CellRun): void {
  run.stops++;
  const waits = [...run.waits];
  run.waits.clear();
  for (const end of waits) end();
}

const IDLE_CHECK_MS = 100;

/** Calls `then` when, so many times in a row, no code of the cell waits for anything; as long as `isWanted`. */
export function whenIdle(run: CellRun, checks: number, isWanted: () => boolean, then: () => void): void {
  let idle = 0;
  const check = (): void => {
    if (!isWanted()) return;
    idle = run.waits.size === 0 ? idle + 1 : 0;
    if (idle === checks) then();
    else originalSetTimeout(check, IDLE_CHECK_MS);
  };
  check();
}

/**
 * Which cell the running code belongs to. AsyncLocalStorage would be the natural way, but before Node 24 it switches
 * async hooks on, and terminating a synchronous loop then aborts the process ("async hook stack has become corrupted").
 * So: a plain variable that is set around each entry into user code, and timers that remember it.
 */
let entered: CellRun | undefined;
let newest: CellRun | undefined;

export function beginCell(run: CellRun): void {
  newest = run;
}

/** The cell whose code runs now; code whose cell is not known (a callback of a library) counts to the newest. */
export function currentCell(): CellRun | undefined {
  return entered ?? newest;
}

export function runInCell<T>(run: CellRun | undefined, work: () => T): T {
  const before = entered;
  entered = run;
  beginUserCode();
  try {
    return work();
  } catch (error) {
    if (run !== undefined) rememberThrower(error, run);
    throw error;
  } finally {
    entered = before;
    endUserCode();
  }
}

/**
 * Runs code of the present cell that an asynchronous function of the kernel comes to: terminated with that below it on the
 * stack, it would take the process with it.
 */
export function inMicrotask<T>(work: () => T): Promise<Awaited<T>> {
  const run = currentCell();
  return new Promise((resolve, reject) => {
    queueMicrotask(() => {
      try {
        resolve(runInCell(run, work) as Awaited<T>);
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** The code of a cell goes on after an `await`: this far into the present microtask. */
export function reenterCell(run: CellRun | undefined): void {
  entered = run;
  beginUserCode();
  queueMicrotask(() => {
    if (entered === run) entered = undefined;
    endUserCode();
  });
}

const throwers = new WeakMap<object, CellRun>();

/** The innermost cell counts: a listener of one cell may be called by the widget of another. */
export function rememberThrower(error: unknown, run: CellRun): void {
  if (typeof error === 'object' && error !== null && !throwers.has(error)) throwers.set(error, run);
}

/** The cell out of whose code an error came, where that is known. */
export function thrownIn(error: unknown): CellRun | undefined {
  return typeof error === 'object' && error !== null ? throwers.get(error) : undefined;
}

/**
 * Terminated code leaves without its `finally`: call this when the main thread is back. Returns the cell whose code
 * (a timer of an earlier cell, perhaps) was terminated, if any was.
 */
export function leaveCell(): CellRun | undefined {
  const terminated = entered;
  entered = undefined;
  forgetUserCode();
  return terminated;
}

/** The kernel's own timers: those of the time before timers learned to remember cells. */
export const originalSetImmediate = setImmediate;
export const originalSetTimeout = setTimeout;

const TIMERS = ['setTimeout', 'setInterval', 'setImmediate'] as const;
type TimerName = (typeof TIMERS)[number];
type Callback = (...args: unknown[]) => void;
type TimerFunction = (callback: Callback, ...rest: unknown[]) => unknown;

/**
 * From now on timers remember their cell: what they print goes there, and an interrupt of the cell stops them.
 * Callbacks run in a microtask, because terminating code inside Node's own timer callback would abort the process.
 */
export function rememberCellsInTimers(target: Pick<typeof globalThis, TimerName> = globalThis): void {
  for (const name of TIMERS) {
    const original = target[name] as unknown as TimerFunction;
    const remembering: TimerFunction = (callback, ...rest) => {
      const run = currentCell();
      if (typeof callback !== 'function') return original(callback, ...rest); // Node's own error
      const stops = run?.stops;
      return original(
        (...args: unknown[]) => {
          if (run?.abandoned || run?.stops !== stops) return;
          queueMicrotask(() => runInCell(run, () => callback(...args)));
        },
        ...rest,
      );
    };
    Object.defineProperties(remembering, Object.getOwnPropertyDescriptors(original)); // promisify's form, the name
    Object.assign(target, { [name]: remembering });
  }
}

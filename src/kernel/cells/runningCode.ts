import {
  type CellRun,
  leaveCell,
  originalSetImmediate,
  originalSetTimeout,
  stopRun,
  whenIdle,
} from './cellContext.js';
import { keyboardInterrupt } from './keyboardInterrupt.js';
import { stopLoopsOf } from './loopStop.js';

/** The code of a cell that runs now, one at a time, and how an interrupt ends it. */
export interface RunningCode {
  /**
   * Begins code of a cell; settles with it, or rejects when the cell is interrupted. Always in a turn of the event loop
   * of its own: terminating code that a cell has left behind drops all that waits in the queue of microtasks, and the
   * kernel's next step must not be among it. `endsInOrder`: interrupted, it comes to its end by itself, after its `finally`.
   */
  endOf<T>(
    run: CellRun,
    begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
    endsInOrder?: boolean,
  ): Promise<T>;
  /** From now on no code runs, until another begins. */
  isOver(): void;
  interrupt(): void;
}

/** So often an interrupted cell waits for nothing that is known: then it does not end by itself. */
const IDLE_CHECKS = 10;

/** A cell that took the interrupt's signal gets `graceMs` to end. */
export function createRunningCode(graceMs: number): RunningCode {
  let running: { run: CellRun; endsInOrder: boolean; fail(error: unknown): void } | undefined;
  stopLoopsOf((run) => running?.run === run);
  return {
    endOf: (run, begin, endsInOrder = false) =>
      new Promise((resolve, reject) => {
        const fail = (error: unknown): void => void originalSetImmediate(() => reject(error));
        const { stops } = run;
        running = { run, endsInOrder, fail };
        startOutsideOfCallbacks(() => {
          // Stopped before it began: code that does not wait would not notice.
          if (run.stops > stops && !endsInOrder) return;
          begin((value) => void originalSetImmediate(() => resolve(value)), fail);
          if (run.stops > stops) originalSetImmediate(() => stopRun(run)); // all that it waits for by then
        });
      }),
    isOver() {
      running = undefined;
    },
    interrupt() {
      const terminated = leaveCell();
      // Its timers, too: one that blocks the kernel would do so again.
      if (terminated !== undefined) stopRun(terminated);
      if (running === undefined) return;
      const { run, endsInOrder, fail } = running;
      const again = run.interruption.signal.aborted;
      const error = keyboardInterrupt();
      error.stack = ''; // of the kernel
      run.interruption.abort(error);
      const abandon = (): void => {
        run.abandoned = true;
        run.waits.clear();
        fail(error);
      };
      const stop = (): void => {
        if (run.hasThrownInterrupt) run.hasThrownInterrupt = false;
        else if (terminated !== run) stopRun(run);
        // The code that was terminated does not come to an end any more.
        if (terminated === run || !endsInOrder) fail(error);
        else whenIdle(run, IDLE_CHECKS, () => running?.fail === fail, abandon);
      };
      if (run.signalTaken && !again)
        originalSetTimeout(() => running?.fail === fail && stop(), graceMs).unref();
      else if (run.stops === 0 || terminated === run) stop();
      else abandon();
    },
  };
}

/**
 * User code must begin in a microtask of its own, with neither a timer's or immediate's callback nor an async function
 * of the kernel below it on the stack: terminating it unwinds only the microtask, else the process would abort.
 */
function startOutsideOfCallbacks(start: () => void): void {
  originalSetImmediate(() => queueMicrotask(start));
}

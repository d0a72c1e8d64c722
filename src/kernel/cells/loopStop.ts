import { STOP_LOOPS } from '../wire/channel.js';
import { type CellRun, currentCell, rememberThrower } from './cellContext.js';
import { keyboardInterrupt } from './keyboardInterrupt.js';

/*
 * Loops of cells and own modules look at a word of shared memory in each round (loopLowering.ts): so an interrupt throws there,
 * and `catch` and `finally` of synchronous code run, which they do not where the inspector terminates it.
 */

let word: Int32Array = new Int32Array(1);
let isRunning: (run: CellRun) => boolean = () => false;

/** From now on, in the shared memory of the threads. */
export function announceLoops(shared: Int32Array): void {
  word = shared.subarray(STOP_LOOPS, STOP_LOOPS + 1);
}

/** Which cell an interrupt is for: loops that an earlier one has left behind are terminated. */
export function stopLoopsOf(running: (run: CellRun) => boolean): void {
  isRunning = running;
}

/** What a cell's loops look at: not 0 = call `stopLoop`. */
export function loopWord(): Int32Array {
  return word;
}

/** Takes the interrupt: throws it where the loop is the running cell's. */
export function stopLoop(): void {
  const run = currentCell();
  if (run === undefined || !isRunning(run)) return;
  if (Atomics.exchange(word, 0, 0) === 0) return; // it was taken elsewhere meanwhile
  run.hasThrownInterrupt = true;
  const error = keyboardInterrupt();
  rememberThrower(error, run);
  throw error;
}

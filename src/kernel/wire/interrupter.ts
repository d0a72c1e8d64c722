import { Session } from 'node:inspector';
import { setTimeout as delay } from 'node:timers/promises';
import {
  COMPILING,
  ENDING_USER_CODE,
  IN_USER_CODE,
  INPUT,
  INPUT_INTERRUPTED,
  INPUT_WAITING,
  INTERRUPT_TAKEN,
  STOP_LOOPS,
  USER_CODE,
} from './channel.js';

/** Time for the main thread to take an interrupt by itself: it does, unless a cell's synchronous code blocks it. */
const PATIENCE_MS = 150;
/** More time where the code that blocks the main thread is none that a cell is known to run. */
const UNKNOWN_CODE_MS = 300;

/** Time for a loop to come to its next round. */
const ROUND_MS = 150;

/**
 * Interrupts the main thread from the sockets' thread. First `ask` posts a message; a main thread that does not take it
 * is inside synchronous code: its next loop throws, else, and at a second interrupt, the inspector terminates it. The main
 * thread's state is kept.
 */
export function createInterrupter(shared: Int32Array, ask: () => void): () => Promise<void> {
  const inspector = new Session();
  inspector.connectToMainThread();
  const taken = (): boolean => Atomics.load(shared, INTERRUPT_TAKEN) === 1;
  /** Announces the termination, so that code that ends meanwhile waits for it. */
  const endsUserCode = (): boolean =>
    Atomics.compareExchange(shared, USER_CODE, IN_USER_CODE, ENDING_USER_CODE) === IN_USER_CODE;

  /** A loop of the running cell takes the interrupt; true also where the main thread does meanwhile. */
  const loopTakes = async (): Promise<boolean> => {
    if (Atomics.load(shared, USER_CODE) !== IN_USER_CODE) return false;
    Atomics.store(shared, STOP_LOOPS, 1);
    for (let waited = 0; waited < ROUND_MS && Atomics.load(shared, STOP_LOOPS) === 1; waited += 5)
      await delay(5);
    return Atomics.exchange(shared, STOP_LOOPS, 0) === 0;
  };
  let thrown = false;

  return async () => {
    // Thrown once, and the code has caught it and blocks on.
    const refused = thrown && !taken();
    thrown = false;
    Atomics.store(shared, INTERRUPT_TAKEN, 0);
    ask();
    if (Atomics.compareExchange(shared, INPUT, INPUT_WAITING, INPUT_INTERRUPTED) === INPUT_WAITING)
      Atomics.notify(shared, INPUT);
    await delay(PATIENCE_MS);
    while (!taken() && Atomics.load(shared, COMPILING) === 1) await delay(20);
    if (!taken()) await delay(20); // the compiler may just have ended: the cell has not begun, or has
    if (taken()) return;
    if (!refused && (await loopTakes())) {
      thrown = !taken();
      return;
    }
    // No code of a cell that is known: it has just ended, or a library's callback blocks the main thread.
    if (!endsUserCode()) await delay(UNKNOWN_CODE_MS);
    if (taken()) return;
    endsUserCode();
    inspector.post('Runtime.terminateExecution');
  };
}

import { ENDING_USER_CODE, IN_USER_CODE, NO_USER_CODE, USER_CODE } from '../wire/channel.js';

/*
 * Lets the sockets' thread see when code of a cell runs, so that an interrupt terminates that code and not the kernel's own,
 * or Node's, right behind its end: that would end the process.
 */

let words: Int32Array | undefined;
let depth = 0;
/** Far longer than a termination takes to arrive. */
const TERMINATION_MS = 1000;

/** From now on, in the shared memory of the threads. */
export function announceUserCode(shared: Int32Array): void {
  words = shared;
}

export function beginUserCode(): void {
  depth++;
  if (words !== undefined && depth === 1) Atomics.store(words, USER_CODE, IN_USER_CODE);
}

export function endUserCode(): void {
  depth = Math.max(0, depth - 1);
  if (words === undefined || depth > 0) return;
  if (Atomics.exchange(words, USER_CODE, NO_USER_CODE) !== ENDING_USER_CODE) return;
  // Its termination is on the way: here it takes nothing with it but the end of this code.
  const end = Date.now() + TERMINATION_MS;
  while (Date.now() < end);
}

/** Terminated code leaves without endUserCode(). */
export function forgetUserCode(): void {
  depth = 0;
  if (words !== undefined) Atomics.store(words, USER_CODE, NO_USER_CODE);
}

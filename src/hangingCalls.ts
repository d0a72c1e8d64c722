/** Calls of the system that never came back: whoever waits for them, as an ordinary end of a process or thread does, waits for ever. */
let hanging = 0;

export function noteHangingCall(): void {
  hanging++;
}

/** Whether this process must end at once, without waiting for its threads and calls: libc()._exit(). */
export function hasHangingCalls(): boolean {
  return hanging > 0;
}

/**
 * Calls `work` at even times, the first at once, until the returned function is called. A time that went by while `work` or
 * others kept the thread busy is left out, not made up for.
 */
export function everyMs(intervalMs: number, work: () => void): () => void {
  const began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let at = 0;
  const tick = (): void => {
    work();
    if (stopped) return;
    const now = performance.now() - began;
    // A timer may ring a little early: each time comes once.
    at = Math.max(at + 1, Math.ceil(now / intervalMs));
    timer = setTimeout(tick, at * intervalMs - now);
  };
  tick();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

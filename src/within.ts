/** What within() gives for a promise that takes longer. */
export const LATE = Symbol('late');

/** What a promise brings; LATE after so many ms, when nobody waits for it any more. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | typeof LATE> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof LATE>((done) => {
    timer = setTimeout(() => done(LATE), ms);
  });
  // What it brings later goes nowhere.
  promise.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

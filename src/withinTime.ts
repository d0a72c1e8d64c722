/** Stands for what has not come in time. */
export const LATE = Symbol('late');

/** What a promise brings or throws, or LATE where it takes longer: it is then left alone. */
export async function withinTime<T>(promise: Promise<T>, limitMs: number): Promise<T | typeof LATE> {
  // Its failure has no reader when it comes late.
  promise.catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof LATE>((done) => {
    timer = setTimeout(done, limitMs, LATE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

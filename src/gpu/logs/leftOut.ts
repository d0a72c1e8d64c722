/** Thrown inside of a row or a document of a log that is left out; its message is the reason. */
export class LeftOutError extends Error {}

/** What `read` makes of it, or the reason of the LeftOutError that it throws. */
export function readOrReason<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof LeftOutError) return error.message;
    throw error;
  }
}

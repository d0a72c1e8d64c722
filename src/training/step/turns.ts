import { EngineError } from '../../errors.js';

/** Calls that wait for those made before them: two programs at once would read variables that the other is changing. */
export class Turns {
  #last: Promise<void> = Promise.resolve();
  #ended = false;

  /** Throws EngineError (naming `name`) after end(). */
  take<T>(name: string, call: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() => {
      if (this.#ended)
        throw new EngineError(name, 'expected a learner in use, received one that was disposed');
      return call();
    });
    this.#last = result.then(
      () => {},
      () => {},
    );
    return result;
  }

  /** A call that runs ends before `after` is called; calls that wait are refused. Idempotent. */
  end(after: () => void): void {
    if (this.#ended) return;
    this.#ended = true;
    void this.#last.then(after);
  }
}

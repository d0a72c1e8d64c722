import { EngineError, InterruptedError } from '../../errors.js';

/** How often each side is heard. */
export const BEAT_MS = 500;

/** Why a process stops that was not asked itself. */
const BY_ANOTHER = new InterruptedError('interrupted by another process');

/** Whether a signal was aborted because another process was asked to stop. */
export function isStoppedByAnother(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && signal.reason === BY_ANOTHER;
}

/** What both sides of the talk do: one failure, agreements that end, a wish to stop. */
export class Talk {
  readonly failure: Promise<never>;
  protected left = false;
  protected readonly agreements = new Map<string, () => void>();
  /** What is waited for, for a message of who does not come. */
  protected waitingFor: string | undefined;
  /** Rejects when one that is needed for an agreement ends in peace: it agrees to nothing any more. */
  protected readonly oneLeft: Promise<never>;
  readonly #stopping = new AbortController();
  #lastBeat = performance.now();
  #fail!: (error: Error) => void;
  #leave!: (error: Error) => void;

  constructor(protected readonly timeoutSeconds: number) {
    this.failure = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.oneLeft = new Promise<never>((_, reject) => {
      this.#leave = reject;
    });
    // Whoever waits for them is told; that nobody does is no error.
    this.failure.catch(() => {});
    this.oneLeft.catch(() => {});
  }

  get losses(): readonly Promise<never>[] {
    return [this.failure, this.oneLeft];
  }

  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  protected noteLeft(name: string): void {
    this.#leave(new InterruptedError(`interrupted: ${name} has ended`));
  }

  async explain(error: unknown): Promise<unknown> {
    const moments = new Promise<unknown>((resolve) => setTimeout(resolve, 4 * BEAT_MS, error));
    return Promise.race([this.failure.catch((lost: unknown) => lost), moments]);
  }

  protected fail(message: string): void {
    if (!this.left) this.#fail(new EngineError('cluster', message));
  }

  protected agreed(what: string): Promise<void> {
    this.waitingFor = what;
    return new Promise<void>((resolve) => this.agreements.set(what, resolve)).finally(() => {
      this.waitingFor = undefined;
      this.agreements.delete(what);
    });
  }

  /** Whether this process itself did not run since its last beat (suspended by its job system): it could hear nobody. */
  protected wasAway(): boolean {
    const now = performance.now();
    const silence = now - this.#lastBeat;
    this.#lastBeat = now;
    return silence > 4 * BEAT_MS;
  }

  protected abort(): void {
    this.#stopping.abort(BY_ANOTHER);
  }

  protected notHeard(name: string): string {
    const waiting = this.waitingFor === undefined ? '' : ` (waiting for its ${this.waitingFor})`;
    return `${name} was not heard for ${this.timeoutSeconds} s${waiting}`;
  }
}

import { performance } from 'node:perf_hooks';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import type { Cluster } from '../../config/cluster.js';
import { EngineError, InterruptedError, messageOf } from '../../errors.js';

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
  /** When each rank that must be heard was so last, on the clock of performance.now(), which nobody sets. */
  protected readonly heard = new Map<number, number>();
  readonly #stopping = new AbortController();
  #lastBeat = performance.now();
  /** Since when this process itself was not suspended (by its job system, say): before, it could hear nobody. */
  #awake = this.#lastBeat;
  #fail!: (error: Error) => void;
  #leave!: (error: Error) => void;

  constructor(
    protected readonly cluster: Cluster,
    protected readonly timeoutSeconds: number,
  ) {
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

  protected noteLeft(rank: number): void {
    this.heard.delete(rank);
    this.#leave(new InterruptedError(`interrupted: ${this.nameOf(rank)} has ended`));
  }

  async explain(error: unknown): Promise<unknown> {
    const lost = this.failure.catch((reason: unknown) => reason);
    // What has come meanwhile is read first.
    const known = await Promise.race([lost, turn()]);
    if (known !== undefined) return known;
    // TensorFlow's sums have the same limit of time as the talk, and may be the first to lose patience.
    for (const [rank, at] of this.heard) {
      const seconds = (performance.now() - at) / 1000;
      if (seconds > this.timeoutSeconds / 2)
        return new EngineError('cluster', `${this.notHeard(rank, seconds)}: ${messageOf(error)}`, {
          cause: error,
        });
    }
    return Promise.race([lost, delay(4 * BEAT_MS, error)]);
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

  /** The ranks that were silent too long while this process could hear them. */
  protected silent(): number[] {
    const now = performance.now();
    if (now - this.#lastBeat > 4 * BEAT_MS) this.#awake = now;
    this.#lastBeat = now;
    return [...this.heard].flatMap(([rank, at]) =>
      now - Math.max(at, this.#awake) > 1000 * this.timeoutSeconds ? [rank] : [],
    );
  }

  protected abort(): void {
    this.#stopping.abort(BY_ANOTHER);
  }

  protected notHeard(rank: number, seconds = this.timeoutSeconds): string {
    const waiting = this.waitingFor === undefined ? '' : ` (waiting for its ${this.waitingFor})`;
    return `${this.nameOf(rank)} was not heard for ${Math.round(seconds)} s${waiting}`;
  }

  protected nameOf(rank: number): string {
    return `rank ${rank} (${this.cluster.addresses[rank]})`;
  }
}

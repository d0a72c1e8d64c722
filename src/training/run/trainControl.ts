import { UsageError } from '../../errors.js';
import type { TrainRecord } from './trainRecords.js';

/** What a callback on the records of train() may do to the run. */
export interface TrainControl {
  /**
   * Ends the run: after the step that was recorded the validation rows are scored, a checkpoint is left, and the end is recorded.
   * A resume goes on from there.
   */
  stop(): void;
  /** From the next step on the planned learning rate is multiplied by this; checkpoints keep it. */
  scaleRate(factor: number): void;
}

/** The state behind it. */
export class ControlState implements TrainControl {
  /** Of the planned learning rate. */
  rateFactor: number;
  stopped = false;
  readonly #ranks: number;

  constructor(rateFactor: number, ranks: number) {
    this.rateFactor = rateFactor;
    this.#ranks = ranks;
  }

  /** Throws UsageError where several processes train together. */
  stop(): void {
    this.#requireAlone(
      'stop()',
      'abort the signal of train(), which stops all of them, or set EARLY_STOPPING',
    );
    this.stopped = true;
  }

  /** Throws UsageError as stop(), and RangeError. */
  scaleRate(factor: number): void {
    this.#requireAlone('scaleRate()', 'plan the rate with DECAY, STEP_EPOCHS and STEP_FACTOR');
    if (!(factor >= 0 && factor < Number.POSITIVE_INFINITY))
      throw new RangeError(`Expected a factor of the learning rate of at least 0, received ${factor}`);
    this.rateFactor = factor;
  }

  /** Each process would have to do the same at the same step. */
  #requireAlone(what: string, instead: string): void {
    if (this.#ranks > 1)
      throw new UsageError(
        `${what} in a callback: expected one process, received ${this.#ranks} that train together; ${instead}`,
      );
  }
}

/** Called with each record of train() before it is yielded, and waited for. */
export type OnRecord = (record: TrainRecord, control: TrainControl) => void | Promise<void>;

/** The records of a run, each heard by a callback first; what it throws is thrown into the run, which then leaves a checkpoint. */
export async function* heardBy(
  records: AsyncGenerator<TrainRecord>,
  onRecord: OnRecord,
  control: TrainControl,
): AsyncGenerator<TrainRecord> {
  try {
    for (let next = await records.next(); next.done !== true; next = await records.next()) {
      try {
        await onRecord(next.value, control);
      } catch (error) {
        await records.throw(error);
        throw error;
      }
      yield next.value;
    }
  } finally {
    await records.return(undefined);
  }
}

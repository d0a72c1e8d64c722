import type { Batch } from '../feed/batches.js';

/** Sums over one batch, so that batches of different size can be joined exactly. */
export interface StepResult {
  /** Mean loss of the batch: binary cross-entropy plus the L2 penalty (as Keras reports it). */
  readonly loss: number;
  /** Share of rows on the right side of 0.5. */
  readonly accuracy: number;
}

export interface Prediction {
  /** Probability of class 1, one a row. */
  readonly probabilities: Float32Array;
}

/** A named array of float32: a weight, a moving average or optimiser state. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * A network that can learn: one traced step on one device or many. Steps run off the JavaScript thread; calls made meanwhile wait for their turn.
 * Weights are named as in the model (`s1b1/conv1/kernel`), optimiser state `adam/m/<name>`, `adam/v/<name>`.
 */
export interface Learner {
  readonly batchSize: number;
  /** One optimiser step. The batch must have `batchSize` rows. */
  step(batch: Batch): Promise<StepResult>;
  /** Probabilities with the moving averages of batch norm; any number of rows up to `batchSize`. */
  predict(inputHu: Int16Array, rows: number): Promise<Prediction>;
  /** The L2 penalty of the present weights, to add to a validation's cross-entropy. */
  penalty(): Promise<number>;
  /** Weights and batch norm's moving averages. */
  weights(): Promise<Map<string, NamedArray>>;
  /** Adam's moments, and `adam/step` (shape []) = number of steps taken. */
  optimizerState(): Promise<Map<string, NamedArray>>;
  /** Missing, further or wrongly shaped names are errors. Without `optimizer` its state starts from zero. */
  load(weights: ReadonlyMap<string, NamedArray>, optimizer?: ReadonlyMap<string, NamedArray>): Promise<void>;
  /** Frees variables and functions, after a call that runs; calls that wait are refused. Idempotent. */
  dispose(): void;
}

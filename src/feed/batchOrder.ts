/**
 * The rows of any training step, worked out from the seed and the step's number alone: a resume needs no state, and each of
 * several processes takes its part of the same batch, so that parts are disjoint and all have the same number of steps.
 */
export interface BatchOrder {
  /** Rows of a step, of all processes together. */
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  /** Row numbers of step `step` (from 0, over all epochs). */
  rowsOf(step: number): Uint32Array;
}

import assert from 'node:assert/strict';
import type { Batch } from '../../src/feed/batches.js';
import { createRandom } from '../../src/random.js';
import { createLearner } from '../../src/training/step/createLearner.js';
import type { NamedArray } from '../../src/training/step/learner.js';
import {
  type LearnerOptions,
  ON_ONE_DEVICE,
  type ParallelOptions,
} from '../../src/training/step/learnerOptions.js';

/** What a learner of a narrow network comes to, and how two of them are compared. */

export const ROWS = 16;
export const VOXELS = 16 ** 3;

export const options: LearnerOptions = {
  network: { inputSize: [16, 16, 16], filters: 4 },
  batchSize: ROWS,
  windowHu: { low: -1000, high: 400 },
  learningRate: 1e-3,
  l2: 1e-4,
  seed: 3,
};

function batchOf(rows: number): Batch {
  const random = createRandom('strategies');
  return {
    inputHu: Int16Array.from({ length: rows * VOXELS }, () => random.between(-1100, 500)),
    labels: Float32Array.from({ length: rows }, (_, i) => i % 2),
    rows: new Uint32Array(rows),
  };
}
export const batch = batchOf(ROWS);

export interface Outcome {
  readonly losses: readonly number[];
  readonly weights: ReadonlyMap<string, NamedArray>;
  readonly state: ReadonlyMap<string, NamedArray>;
  readonly probabilities: Float32Array;
}

/** Three steps on one batch, unless told otherwise. */
export async function outcomeOf(
  parallel: Partial<ParallelOptions>,
  more: Partial<LearnerOptions> = {},
  steps = 3,
  given: Batch = batch,
): Promise<Outcome> {
  const learner = await createLearner({ ...options, ...more, parallel: { ...ON_ONE_DEVICE, ...parallel } });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) losses.push((await learner.step(given)).loss);
  const outcome = {
    losses,
    weights: await learner.weights(),
    state: await learner.optimizerState(),
    probabilities: (await learner.predict(given.inputHu, ROWS)).probabilities,
  };
  learner.dispose();
  return outcome;
}

/**
 * Largest of the arrays' differences, each as a length relative to the array's own: Adam turns the rounding of single tiny
 * gradients into steps of their own. Left out: biases before a batch norm, whose gradient is nothing but rounding, and the
 * moving means that hold them.
 */
export function difference(a: Outcome, b: Outcome): number {
  const length = (values: Float32Array): number =>
    Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  let largest = 0;
  for (const [name, { data }] of a.weights) {
    if ((name.endsWith('/bias') && !name.startsWith('head/')) || name.endsWith('moving_mean')) continue;
    const other = b.weights.get(name)!.data;
    largest = Math.max(largest, length(data.map((value, i) => value - other[i]!)) / (length(other) + 1e-30));
  }
  return largest;
}

export function assertSameBits(a: Outcome, b: Outcome): void {
  assert.deepEqual(a.losses, b.losses);
  for (const [name, { data }] of a.weights) assert.deepEqual(data, b.weights.get(name)!.data, name);
  for (const [name, { data }] of a.state) assert.deepEqual(data, b.state.get(name)!.data, name);
  assert.deepEqual(a.probabilities, b.probabilities);
}

import assert from 'node:assert/strict';
import { createRandom } from '../../src/random.js';
import type { NamedArray } from '../../src/training/step/learner.js';
import type { LearnerOptions } from '../../src/training/step/learnerOptions.js';
import { kerasSteps } from '../model/kerasReference.js';

/** Small maps: the fewer maxima of pooling windows and zeros of ReLU, the less likely rounding decides one of them. */
export const VOXELS = 16 ** 3;

export const options: LearnerOptions = {
  network: { inputSize: [16, 16, 16], filters: 4 },
  batchSize: 16,
  windowHu: { low: -1000, high: 400 },
  learningRate: 1e-3,
  l2: 1e-4,
  seed: 3,
};
/** Rough noise: in smooth patches the maxima of neighbouring windows come close enough for rounding to choose between them. */
export function batchOf(
  rows: number,
  seed = 5,
): { inputHu: Int16Array; labels: Float32Array; rows: Uint32Array } {
  const random = createRandom(`learner batch ${seed}`);
  const inputHu = new Int16Array(rows * VOXELS);
  for (let i = 0; i < inputHu.length; i++)
    inputHu[i] = random.between(-1100, 500) + (i % VOXELS > VOXELS / 3 ? 20 : 0);
  return {
    inputHu,
    labels: Float32Array.from({ length: rows }, (_, i) => i % 2),
    rows: Uint32Array.from({ length: rows }, (_, i) => i),
  };
}

const inWindow = (inputHu: Int16Array): Float32Array =>
  Float32Array.from(inputHu, (hu) => (Math.min(400, Math.max(-1000, hu)) + 1000) / 1400);

/** Biases before a batch norm have no gradient but rounding noise, which Adam turns into whole steps (facts of the method). */
export const isNoise = (name: string): boolean => name.endsWith('/bias') && !name.startsWith('head/');

/** The first of some batches in which rounding decides nothing in Keras' own three steps: two in three are such. */
export function decidedBatch(
  folder: string,
  weights: ReadonlyMap<string, NamedArray>,
  question: Partial<Parameters<typeof kerasSteps>[1]> = {},
) {
  for (let seed = 7; seed < 15; seed++) {
    const batch = batchOf(16, seed);
    const keras = kerasSteps(folder, {
      size: 16,
      filters: 4,
      l2: 1e-4,
      learningRate: 1e-3,
      steps: 3,
      batch: inWindow(batch.inputHu),
      labels: [...batch.labels],
      weights,
      ...question,
    });
    if (Math.min(...keras.poolMargins) > 5e-6) return { batch, keras };
  }
  return assert.fail('expected one of eight batches with a margin');
}

/** Length of the difference, relative to the reference's: Adam lets single weights of tiny gradients differ more. */
export function relativeNorm(actual: Float32Array, expected: Float32Array): number {
  const length = (values: Float32Array): number =>
    Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return length(actual.map((value, i) => value - expected[i]!)) / length(expected);
}

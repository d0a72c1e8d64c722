import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRepository } from '../../src/paths.js';
import type { NamedArray } from '../../src/training/step/learner.js';
import { runPython } from '../python.js';

export interface KerasAnswer {
  readonly count: number;
  readonly trainable: number;
  readonly arrays: number;
  readonly inference: readonly number[];
  readonly probabilities: readonly number[];
  readonly losses: readonly number[];
  /** Of each step: how far max pooling's gradient was from a decision by rounding (kerasReference.py). */
  readonly poolMargins: readonly number[];
}

const PROGRAM = readFileSync(inRepository('test', 'fixtures', 'model', 'kerasReference.py'), 'utf8');

/** Parameter counts of Keras' model. */
export function kerasCounts(size: number, filters: number): KerasAnswer {
  return runPython<KerasAnswer>(PROGRAM, { size, filters, l2: 1e-4 });
}

/** Keras on the same weights and batch: forward, loss, gradients, and Adam steps. */
export function kerasSteps(
  folder: string,
  question: {
    readonly size: number;
    readonly filters: number;
    readonly l2: number;
    readonly learningRate: number;
    readonly steps: number;
    /** In [0, 1], row after row. */
    readonly batch: Float32Array;
    readonly labels: readonly number[];
    readonly weights: ReadonlyMap<string, NamedArray>;
    /** Keras' own, by its class; default: cross-entropy. */
    readonly loss?: { readonly class: string; readonly options: Readonly<Record<string, number | boolean>> };
    /** Of class 0 and 1, with `loss`. */
    readonly classWeights?: readonly [number, number];
    /** Keras' own, by its class; default: Adam as of 2015. */
    readonly optimizer?: { readonly class: string; readonly options: Readonly<Record<string, number>> };
  },
): KerasAnswer & {
  readonly gradients: Map<string, Float32Array>;
  readonly after: Map<string, Float32Array>;
} {
  const files = Object.fromEntries(
    ['weights', 'batch', 'gradients', 'after'].map((name) => [name, join(folder, name)]),
  );
  const entries = [...question.weights];
  writeFileSync(files.weights!, Buffer.concat(entries.map(([, { data }]) => bytesOf(data))));
  writeFileSync(files.batch!, bytesOf(question.batch));
  const answer = runPython<KerasAnswer>(PROGRAM, {
    ...question,
    ...files,
    names: entries.map(([name]) => name),
    shapes: entries.map(([, { shape }]) => shape),
  });
  const isTrainable = ([name]: [string, NamedArray]): boolean => !name.includes('moving_');
  return {
    ...answer,
    gradients: arraysIn(files.gradients!, entries.filter(isTrainable)),
    after: arraysIn(files.after!, entries),
  };
}

function arraysIn(file: string, entries: readonly [string, NamedArray][]): Map<string, Float32Array> {
  const all = new Float32Array(new Uint8Array(readFileSync(file)).buffer);
  let at = 0;
  return new Map(
    entries.map(([name, { data }]) => {
      const part = all.slice(at, at + data.length);
      at += data.length;
      return [name, part];
    }),
  );
}

function bytesOf(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Largest difference, relative to the largest value of the reference. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, scale] = [0, 1e-30];
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i]! - expected[i]!));
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return actual.length === expected.length ? difference / scale : Number.POSITIVE_INFINITY;
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inRepository } from '../../src/paths.js';
import { createRandom } from '../../src/random.js';
import { drawScans, rocBootstrapRandom } from '../../src/scores/rocBootstrap.js';
import { scanIndex } from '../../src/scores/scanIndex.js';
import { runPython } from '../python.js';

export interface Cases {
  readonly scores: readonly number[];
  readonly classes: readonly number[];
  readonly scanOf: readonly string[];
}

/** What test/fixtures/scores/classification.py prints for a set of cases. */
export interface Reference {
  readonly auc: number;
  /** Standard error. */
  readonly delong: number;
  readonly precision: readonly number[];
  readonly recall: readonly number[];
  readonly averagePrecision: number;
  readonly youden: number;
  readonly brier: number;
  readonly logLoss: number;
  /** Of each bin that holds cases: share of class 1, then mean probability. */
  readonly calibration: Readonly<Record<'uniform' | 'quantile', readonly [number[], number[]]>>;
  readonly areas: readonly number[];
  readonly band: readonly [number[], number[]];
  readonly percentile: readonly number[];
  readonly interval: readonly number[] | null;
}

export interface ReferenceOptions {
  /** Samples of scans, those that our bootstrap of this seed draws. */
  readonly rounds?: number;
  readonly seed?: number;
  readonly rates?: readonly number[];
  readonly bins?: number;
}

const PROGRAM = readFileSync(inRepository('test', 'fixtures', 'scores', 'classification.py'), 'utf8');

/** Scores by scikit-learn and a plain program. */
export function references(
  sets: readonly Cases[],
  { rounds = 0, seed = 0, rates = [], bins = 10 }: ReferenceOptions = {},
): Reference[] {
  const questions = sets.map(({ scores, classes, scanOf }) => {
    const index = scanIndex(scanOf);
    const random = rocBootstrapRandom(seed);
    const drawn = Array.from({ length: rounds }, () => Array.from(drawScans(random, index.scans)));
    return { scores, classes, scans: Array.from(index.scanOf), drawn, rates, bins };
  });
  return runPython<Reference[]>(PROGRAM, questions);
}

/** Probabilities of `scans` scans with `rows` patches each, a tenth of them nodules, rounded to 1 / `levels`. */
export function drawnCases(name: string, scans: number, rows: number, levels: number): Cases {
  const random = createRandom(`cases ${name}`);
  const scanOf = Array.from({ length: scans * rows }, (_, i) => `scan-${i % scans}`);
  const ofScan = Array.from({ length: scans }, () => random.normal());
  const classes = scanOf.map(() => (random.uniform() < 0.1 ? 1 : 0));
  // Both classes are there, in two scans each.
  for (const i of [0, 1]) classes[i] = 1;
  for (const i of [2, 3]) classes[i] = 0;
  const scores = classes.map((label, i) => {
    const logit = 2 * label - 1 + 0.5 * ofScan[i % scans]! + random.normal();
    return Math.round(levels / (1 + Math.exp(-logit))) / levels;
  });
  return { scores, classes, scanOf };
}

/** Sets with hardly any ties, with many, with two scores, with one score, with perfect order, and with single cases of a class. */
export function manySets(): Cases[] {
  const base = drawnCases('base', 12, 25, 1e9);
  const one = (wanted: number): Cases => ({
    ...base,
    classes: base.classes.map((_, i) => (i === 7 ? wanted : 1 - wanted)),
  });
  return [
    base,
    drawnCases('ties', 10, 20, 20),
    drawnCases('two levels', 8, 10, 1),
    drawnCases('large', 30, 60, 1e4),
    { ...base, scores: base.scores.map(() => 0.3) },
    { ...base, scores: base.classes.map((label, i) => 0.2 + 0.6 * label + 0.1 * base.scores[i]!) },
    { ...base, scores: base.classes.map((label) => 1 - label) },
    one(1),
    one(0),
  ];
}

/** Fails unless the values are as many, and each is within `limit`; returns the largest difference. */
export function assertNear(
  values: ArrayLike<number>,
  expected: ArrayLike<number>,
  limit: number,
  what: string,
): number {
  assert.equal(values.length, expected.length, what);
  const differences = Array.from(values, (value, i) => Math.abs(value - expected[i]!));
  const largest = differences.reduce((a, b) => Math.max(a, b), 0);
  assert.ok(largest <= limit, `${what}: ${largest} is over ${limit}`);
  return largest;
}

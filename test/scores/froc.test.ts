import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpmOf, frocCurve, OPERATING_POINTS, SampleCurve, sensitivitiesAt } from '../../src/scores/froc.js';
import { matchMarks } from '../../src/scores/frocEvents.js';
import { frocCase, type Row } from './frocCase.js';

// Equality with the independent program: test/evaluation/scoreSubmission.test.ts.

/** Two scans, a nodule each; `marks`: 1 hits scan 0's nodule, 2 scan 1's, 0 nothing (in scan 0). */
function eventsOf(...marks: readonly (readonly [hits: 0 | 1 | 2, score: number])[]) {
  const rows = marks.map(([hits, score]): Row => [hits === 2 ? 1 : 0, hits === 0 ? 99 : 0, 0, 0, score]);
  const nodules: Row[] = [
    [0, 0, 0, 0, 6],
    [1, 0, 0, 0, 6],
  ];
  return matchMarks(frocCase(2, rows, nodules)).events;
}

test('frocCurve() has a point for each score, false positives a scan against the share of all nodules', () => {
  const points = frocCurve(eventsOf([0, 0.9], [1, 0.8], [0, 0.5], [2, 0.5], [0, 0.1]));
  assert.deepEqual(
    points.map(({ threshold, falsePositivesPerScan, sensitivity }) => [
      threshold,
      falsePositivesPerScan,
      sensitivity,
    ]),
    [
      [Number.POSITIVE_INFINITY, 0, 0],
      [0.9, 0.5, 0],
      [0.8, 0.5, 0.5],
      [0.5, 1, 1],
      [0.1, 1.5, 1],
    ],
  );
});

test('sensitivitiesAt() takes the highest of several points, runs straight through ties, and stays behind the last point', () => {
  const events = eventsOf([0, 0.9], [1, 0.8], [0, 0.5], [2, 0.5]);
  assert.deepEqual([...sensitivitiesAt(events, [0.25, 0.5, 0.75, 1, 8])], [0, 0.5, 0.75, 1, 1]);
  assert.deepEqual([...sensitivitiesAt(eventsOf([1, 0.9], [2, 0.1]), OPERATING_POINTS)], Array(7).fill(1));
});

test('sensitivities are 0 where nothing was hit or marked; without a nodule there are none', () => {
  assert.deepEqual([...sensitivitiesAt(eventsOf([0, 1], [0, 2]), [1, 8])], [0, 0]);
  assert.deepEqual([...sensitivitiesAt(eventsOf(), [1, 8])], [0, 0]);
  const none = matchMarks(frocCase(1, [[0, 0, 0, 0, 1]], [])).events;
  assert.throws(() => sensitivitiesAt(none, [1]), /at least one nodule/);
  assert.throws(() => frocCurve(none), /at least one nodule/);
});

test('SampleCurve is that of the case in which scans are there as often as they weigh, read at once or in parts', () => {
  const events = eventsOf([1, 0.9], [0, 0.8], [2, 0.5], [0, 0.5], [0, 0.3], [1, 0.1]);
  const nodules: Row[] = [0, 1, 2].map((scan) => [scan, 0, 0, 0, 6]);
  // Scan 0 twice, scan 1 once.
  const marks = [0, 1].flatMap((scan): Row[] => [
    [scan, 0, 0, 0, 0.9],
    [scan, 99, 0, 0, 0.8],
    [scan, 99, 0, 0, 0.5],
    [scan, 99, 0, 0, 0.3],
  ]);
  const repeated = matchMarks(frocCase(3, [...marks, [2, 0, 0, 0, 0.5]], nodules)).events;
  const rates = Float64Array.from({ length: 50 }, (_, i) => i / 20);
  const expected = sensitivitiesAt(repeated, rates);
  const weights = Int32Array.of(2, 1);
  const whole = new Float64Array(50);
  new SampleCurve(events, weights).read(rates, whole);
  assert.deepEqual(whole, expected);
  const curve = new SampleCurve(events, weights);
  const parts = new Float64Array(50);
  for (const [from, to] of [
    [0, 1],
    [1, 27],
    [27, 28],
    [28, 50],
  ] as const)
    curve.read(rates.subarray(from, to), parts.subarray(from, to));
  assert.deepEqual(parts, expected);
});

test('SampleCurve knows whether its scans have a nodule', () => {
  const { events } = matchMarks(frocCase(2, [], [[0, 0, 0, 0, 6]]));
  assert.equal(new SampleCurve(events, Int32Array.of(1, 1)).hasNodules, true);
  assert.equal(new SampleCurve(events, Int32Array.of(0, 2)).hasNodules, false);
});

test('cpmOf() is the mean', () => {
  assert.equal(cpmOf([0, 0.5, 1]), 0.5);
});

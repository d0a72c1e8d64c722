import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpmOf, frocCurve, interpolate, OPERATING_POINTS, sensitivitiesAt } from '../../src/scores/froc.js';
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

test('interpolate() with weights equals the case in which scans are there so often', () => {
  const events = eventsOf([1, 0.9], [0, 0.8], [2, 0.5]);
  const into = new Float64Array(3);
  // Scan 0 twice, scan 1 not at all: the nodule is hit in both, then 2 false positives in 2 scans.
  assert.equal(interpolate(events, Int32Array.of(2, 0), Float64Array.of(0.125, 1, 8), into), true);
  assert.deepEqual([...into], [1, 1, 1]);
  assert.equal(interpolate(events, Int32Array.of(0, 2), Float64Array.of(0.125, 1, 8), into), true);
  assert.deepEqual([...into], [1, 1, 1]);
});

test('cpmOf() is the mean', () => {
  assert.equal(cpmOf([0, 0.5, 1]), 0.5);
});

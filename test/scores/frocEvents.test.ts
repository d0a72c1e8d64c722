import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchMarks } from '../../src/scores/frocEvents.js';
import { frocCase, type Row } from './frocCase.js';

test('matchMarks() hits inside the radius, not on it; an unknown diameter is 10 mm, one of 0 is never hit', () => {
  const hit = (distance: number, diameter: number): number =>
    matchMarks(frocCase(1, [[0, 0, distance, 0, 1]], [[0, 0, 0, 0, diameter]])).counts.hitNodules;
  assert.deepEqual([hit(2.999, 6), hit(3, 6)], [1, 0]);
  assert.deepEqual([hit(4.999, -1), hit(5, -1)], [1, 0]);
  assert.equal(hit(0, 0), 0);
});

test("matchMarks(): a nodule's score is its best hit's, further hits are no false positives, other scans' marks hit nothing", () => {
  const { events, counts } = matchMarks(
    frocCase(
      2,
      [
        [0, 0, 0, 0, 0.2],
        [0, 1, 0, 0, 0.9],
        [1, 0, 0, 0, 0.5],
      ],
      [[0, 0, 0, 0, 6]],
    ),
  );
  assert.deepEqual([...events.score], [0.9, 0.5]);
  assert.deepEqual([...events.isHit], [1, 0]);
  assert.deepEqual([...events.scan], [0, 1]);
  assert.deepEqual([counts.repeatedHits, counts.falsePositives, counts.scansWithMarks], [1, 1, 2]);
});

test('matchMarks(): one mark may hit two nodules; a nodule counts before an excluded finding', () => {
  const { counts } = matchMarks(
    frocCase(
      1,
      [
        [0, 0, 0, 0, 1],
        [0, 40, 0, 0, 2],
        [0, 90, 0, 0, 3],
      ],
      [
        [0, 1, 0, 0, 6],
        [0, -1, 0, 0, 6],
        [0, 60, 0, 0, 6],
      ],
      [
        [0, 0, 0, 0, 30],
        [0, 40, 4, 0, -1],
        [0, 40, 0, 0, 3],
      ],
    ),
  );
  assert.deepEqual(
    [
      counts.hitNodules,
      counts.missedNodules,
      counts.repeatedHits,
      counts.marksOnExcluded,
      counts.falsePositives,
    ],
    [2, 1, 0, 1, 1],
  );
});

test('matchMarks() keeps marks above the score of the 101st of a scan: of marks that tie with it none', () => {
  const scores = (count: number, score: (i: number) => number): Row[] =>
    Array.from({ length: count }, (_, i) => [0, 99, 0, 0, score(i)]);
  const kept = (marks: readonly Row[], limit?: number): number =>
    matchMarks(frocCase(1, marks, [[0, 0, 0, 0, 6]]), limit === undefined ? {} : { marksPerScan: limit })
      .counts.falsePositives;
  assert.equal(kept(scores(100, () => 0.5)), 100);
  assert.equal(kept(scores(101, () => 0.5)), 0);
  assert.equal(kept(scores(150, (i) => -i)), 100);
  assert.equal(kept(scores(150, (i) => (i < 95 ? 2 : i < 120 ? 1 : 0))), 95);
  assert.equal(
    kept(
      scores(12, (i) => i),
      10,
    ),
    10,
  );
});

test('matchMarks() sorts events by descending score and marks the ends of ties', () => {
  const marks: Row[] = [0.1, 0.7, 0.1, 0.9].map((score) => [0, 99, 0, 0, score]);
  const { score, endsTie, packed, falsePositives } = matchMarks(frocCase(1, marks, [])).events;
  assert.deepEqual([...score], [0.9, 0.7, 0.1, 0.1]);
  assert.deepEqual([...endsTie], [1, 1, 0, 1]);
  assert.deepEqual([...packed], [1, 1, 0, 1]);
  assert.deepEqual([...falsePositives], [4]);
});

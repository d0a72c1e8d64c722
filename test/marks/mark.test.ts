import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeMark, type ReadingMark, requireMarks } from '../../src/marks/mark.js';

test('requireMarks() refuses what no tool could show, and says of which mark', () => {
  const good: ReadingMark = { centerWorldMm: [1, 2, 3], diameterMm: 4, probability: 1, score: -3 };
  requireMarks([good, { centerWorldMm: [1, 2, 3] }]);
  const refused = (mark: ReadingMark, message: RegExp): void =>
    assert.throws(
      () => requireMarks([good, mark]),
      (error) => error instanceof RangeError && message.test(error.message),
    );
  refused({ centerWorldMm: [1, Number.NaN, 3] }, /three finite coordinates of mark 2, received 1,NaN,3/);
  refused({ ...good, diameterMm: 0 }, /a diameter above 0 mm of mark 2, received 0/);
  refused({ ...good, probability: 1.5 }, /a probability from 0 to 1 of mark 2, received 1.5/);
  refused({ ...good, score: Number.POSITIVE_INFINITY }, /a finite score of mark 2, received Infinity/);
});

test('describeMark() says what is known, with units', () => {
  assert.equal(
    describeMark({ centerWorldMm: [0, 0, 0], probability: 0.87654, score: 12.34567, diameterMm: 6 }),
    'probability 0.877, score 12.35, diameter 6.0 mm',
  );
  assert.equal(describeMark({ centerWorldMm: [0, 0, 0] }), '');
});

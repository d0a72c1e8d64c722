import assert from 'node:assert/strict';
import { test } from 'node:test';
import { millisecondsOf } from '../../../src/gpu/records/timeAxis.js';

test('millisecondsOf() reads a local time as UTC, wherever it runs, and one with a zone as it says', () => {
  const noon = Date.UTC(2018, 9, 11, 12, 0, 0, 250);
  for (const time of ['2018-10-11T12:00:00.250', '2018-10-11T12:00:00.250Z', '2018-10-11T14:00:00.250+02:00'])
    assert.equal(millisecondsOf(time), noon);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spreadTimes } from '../../src/gpu/timeAxis.js';

const log = (...times: string[]) => ({
  samples: times.map((time) => ({ time, host: null, devices: [] })),
  ignoredLines: [],
});

test('spreadTimes() spreads equal stamps evenly up to the next, and leaves a local time local', () => {
  assert.deepEqual(spreadTimes(log('2018-10-11T04:16:20', '2018-10-11T04:16:20', '2018-10-11T04:16:21')), [
    '2018-10-11T04:16:20.000',
    '2018-10-11T04:16:20.500',
    '2018-10-11T04:16:21.000',
  ]);
});

test('spreadTimes() does not spread one second over a gap in the log', () => {
  assert.deepEqual(
    spreadTimes(log('2018-10-11T04:00:00', '2018-10-11T04:00:00', '2018-10-11T05:00:00'))[1],
    '2018-10-11T04:00:00.500',
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SampleClocks, type TimedSample } from '../../../src/gpu/records/sampleClock.js';
import { madeSample } from '../logs.js';

function timed(samples: readonly (readonly [time: string | null, host?: string])[]): TimedSample[] {
  const received: TimedSample[] = [];
  const clocks = new SampleClocks((one) => received.push(one));
  for (const [time, host] of samples) clocks.add(madeSample(time, [], host ?? null));
  clocks.end();
  return received;
}

const clock = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString().slice(14, -1));

test('SampleClocks spread equal stamps evenly up to the next, and each sample stands for the time up to the next', () => {
  const samples = timed([
    ['2018-10-11T04:16:20'],
    ['2018-10-11T04:16:20'],
    ['2018-10-11T04:16:21'],
    ['2018-10-11T04:16:23'],
  ]);
  assert.deepEqual(
    samples.map(({ timeMs, holdsMs }) => [clock(timeMs), holdsMs]),
    [
      ['16:20.000', 500],
      ['16:20.500', 500],
      ['16:21.000', 2000],
      // The last one: as long as samples usually do.
      ['16:23.000', 687.5],
    ],
  );
});

test('SampleClocks do not spread one second over a gap, and nothing is held for it', () => {
  const samples = timed([['2018-10-11T04:16:20'], ['2018-10-11T04:16:20'], ['2018-10-11T05:00:00']]);
  assert.deepEqual(
    samples.map(({ timeMs, holdsMs, endsInGap }) => [clock(timeMs), holdsMs, endsInGap]),
    [
      ['16:20.000', 500, false],
      ['16:20.500', 500, true],
      ['00:00.000', 500, false],
    ],
  );
});

test('SampleClocks keep hosts apart, hand on samples without time at once, and take a clock that goes back for a gap', () => {
  const hosts = timed([
    ['2025-01-01T00:00:00', 'a'],
    ['2025-01-01T00:00:09', 'b'],
    ['2025-01-01T00:00:01', 'a'],
    ['2025-01-01T00:00:10', 'b'],
  ]);
  assert.deepEqual(
    hosts.map(({ sample, holdsMs }) => [sample.host, holdsMs]),
    [
      ['a', 1000],
      ['b', 1000],
      ['a', 1000],
      ['b', 1000],
    ],
  );
  assert.deepEqual(
    timed([[null], [null]]).map(({ timeMs, holdsMs }) => [timeMs, holdsMs]),
    [
      [null, 0],
      [null, 0],
    ],
  );
  assert.equal(timed([['2025-01-01T00:00:09'], ['2025-01-01T00:00:01']])[0]!.endsInGap, true);
});

test('SampleClocks hold no more of a clock that stands still than some thousand samples', () => {
  let received = 0;
  const clocks = new SampleClocks(() => received++);
  for (let at = 0; at < 10_000; at++) clocks.add(madeSample('2025-01-01T00:00:00', []));
  assert.ok(received >= 10_000 - 4096, String(received));
});

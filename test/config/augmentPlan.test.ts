import assert from 'node:assert/strict';
import { test } from 'node:test';
import { augmentList, DEFAULT_AUGMENT, parseAugment, SYMMETRIES } from '../../src/config/augmentPlan.js';

const all =
  'flips, rotations90, shift:2, shiftFine:0.5, scale:0.9-1.1, rotate:15, intensityShift:20, intensityScale:0.9-1.1, gamma:0.8-1.25, noise:10';

test('parseAugment() reads every operation, none, and the default', () => {
  assert.deepEqual(parseAugment(all), {
    ...{ flips: true, rotations90: true, shift: 2, shiftFine: 0.5, scale: [0.9, 1.1], rotate: 15 },
    ...{ intensityShift: 20, intensityScale: [0.9, 1.1], gamma: [0.8, 1.25], noise: 10 },
  });
  assert.deepEqual(parseAugment(' none '), {});
  assert.deepEqual(parseAugment(DEFAULT_AUGMENT), SYMMETRIES);
});

test('augmentList() writes what parseAugment() reads', () => {
  assert.equal(augmentList(parseAugment(all)), all);
  assert.equal(augmentList({ windowHu: { low: 0, high: 1 } }), 'none');
});

test('parseAugment() names the item, what it expects and what it got', () => {
  const bad: readonly [string, RegExp][] = [
    ['flips, twirl:3', /Expected none, or a list of flips, .*noise, received "twirl:3"/],
    ['', /Expected none, or a list/],
    ['flips, none', /received "none"/],
    ['flips:2', /Expected flips, received "flips:2"/],
    ['shift:1.5', /Expected shift:n with n above 0 and at most 64 whole voxels, received "shift:1.5"/],
    ['shift', /Expected shift:n/],
    ['noise:-3', /Expected noise:n .* HU, received "noise:-3"/],
    ['scale:1.1-0.9', /Expected scale:low-high with 0.25 <= low <= high <= 4/],
    ['gamma:2', /Expected gamma:low-high/],
    ['gamma:1-2:3', /Expected gamma:low-high/],
    ['rotate:5, rotate:6', /Expected rotate once, received it twice/],
    ['toString', /received "toString"/],
  ];
  for (const [list, reason] of bad)
    assert.throws(
      () => parseAugment(list),
      (error) => error instanceof RangeError && reason.test(error.message),
      list,
    );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHoldout, subsetsOf } from '../../src/config/holdout.js';

test('parseHoldout() keeps one number a number, sorts several, and refuses what is neither', () => {
  assert.equal(parseHoldout('5'), 5);
  assert.equal(parseHoldout('-1'), -1);
  assert.deepEqual(parseHoldout('6, 5'), [5, 6]);
  for (const bad of ['', '5,', '5,5', '1.5', '-2', 'five']) assert.equal(parseHoldout(bad), undefined, bad);
});

test('subsetsOf() lists one subset or several', () => {
  assert.deepEqual(subsetsOf(5), [5]);
  assert.deepEqual(subsetsOf([5, 6]), [5, 6]);
});

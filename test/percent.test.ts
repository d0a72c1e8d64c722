import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percent } from '../src/percent.js';

test('percent() of a share has one digit after the point, or as many as are asked for', () => {
  assert.equal(percent(0.6151), '61.5 %');
  assert.equal(percent(1, 0), '100 %');
  assert.equal(percent(0.000_12, 2), '0.01 %');
});

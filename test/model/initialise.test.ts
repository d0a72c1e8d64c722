import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialValue } from '../../src/model/initialise.js';

const kernel = { name: 'k', shape: [3, 3, 3, 64, 128], kind: 'kernel' } as const;

test('initialValue() draws kernels from a normal of sd sqrt(2 / fan in), cut at two sd', () => {
  const values = initialValue(kernel, 1);
  const sd = Math.sqrt(2 / (27 * 64));
  assert.ok(values.every((value) => Math.abs(value) <= 2 * sd * (1 + 1e-6)));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  // A normal cut at two sd keeps 0.8796 of its sd.
  assert.ok(Math.abs(spread / sd - 0.8796) < 0.005, String(spread / sd));
  assert.ok(Math.abs(mean / sd) < 0.01);
});

test('initialValue() depends on seed and name; others are ones and zeros', () => {
  assert.deepEqual(initialValue(kernel, 1), initialValue(kernel, 1));
  assert.notDeepEqual(initialValue(kernel, 1), initialValue(kernel, 2));
  assert.notDeepEqual(initialValue(kernel, 1), initialValue({ ...kernel, name: 'l' }, 1));
  const of = (kind: 'gamma' | 'bias' | 'moving_variance' | 'moving_mean') => [
    ...initialValue({ name: 'x', shape: [2], kind }, 1),
  ];
  assert.deepEqual(
    [of('gamma'), of('moving_variance'), of('bias'), of('moving_mean')],
    [
      [1, 1],
      [1, 1],
      [0, 0],
      [0, 0],
    ],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validationSteps } from '../../../src/training/run/validationSteps.js';

const at = (every: number, epoch: number, step: number, validated: number): number[] =>
  validationSteps(every, epoch, { step, validated, stepsPerEpoch: 10 });

test("validationSteps(): each so many over all epochs, and the epoch's last once", () => {
  assert.deepEqual(at(0, 1, 0, 0), [10]);
  assert.deepEqual(at(4, 1, 0, 0), [4, 8, 10]);
  assert.deepEqual(at(4, 2, 10, 10), [12, 16, 20]);
  assert.deepEqual(at(5, 1, 0, 0), [5, 10]);
  assert.deepEqual(at(10, 2, 10, 10), [20]);
  assert.deepEqual(at(25, 3, 20, 20), [25, 30]);
});

test('validationSteps() begins with the step that a run goes on after, unless its scores are kept', () => {
  assert.deepEqual(at(4, 1, 5, 4), [8, 10]);
  assert.deepEqual(at(4, 1, 8, 8), [10]);
  assert.deepEqual(at(4, 1, 8, 4), [8, 10], 'it was ended while it was scored');
  assert.deepEqual(at(4, 1, 10, 8), [10], "at the epoch's end");
  assert.deepEqual(at(0, 1, 8, 0), [10]);
});

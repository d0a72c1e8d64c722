import assert from 'node:assert/strict';
import { test } from 'node:test';
import { voxlab } from './voxlab.js';

// What it prints for a run: test/commands/train.test.ts.
test('evaluate names a run that is not there, and refuses an unknown checkpoint', () => {
  const { status, stdout, stderr } = voxlab('evaluate', 'no/run', '--json');
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, /no\/run: expected the folder of a run, found nothing/);
  assert.equal(voxlab('evaluate', 'no/run', '--checkpoint', 'first').status, 2);
});

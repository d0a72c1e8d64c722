import assert from 'node:assert/strict';
import { test } from 'node:test';
import { voxlab } from './voxlab.js';

// The main job itself takes minutes; what it calls is tested command by command, and `npm start` runs it.
test('start says what it does', () => {
  const { status, stdout } = voxlab('start', '--help');
  assert.equal(status, 0);
  assert.match(stdout, /sample, crop, train, evaluate, run the\s+notebooks; what is done is skipped/);
});

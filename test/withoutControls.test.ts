import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutControls } from '../src/withoutControls.js';

test('withoutControls() shows what would steer a terminal, and leaves lines and letters of any script', () => {
  assert.equal(withoutControls('\u001b]0;title\u0007\u009b2J\r'), '\\x1b]0;title\\x07\\x9b2J\\x0d');
  const text = 'Größe 3 µm, 結節\n  at line 2';
  assert.equal(withoutControls(text), text);
});

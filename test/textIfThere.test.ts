import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textIfThere } from '../src/textIfThere.js';

test('textIfThere() reads a file, and says undefined for none, for a folder and for what hides', () => {
  assert.match(textIfThere('/proc/self/status')!, /^Name:/);
  assert.match(textIfThere('/proc/self/stat', 'latin1')!, /^\d+ /);
  for (const path of ['/none', '/proc', '/proc/self/status/below'])
    assert.equal(textIfThere(path), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { characterOffset, utf16Offset } from '../../src/kernel/cursor.js';

test('utf16Offset() and characterOffset() are inverse, with characters beyond the basic plane counted once', () => {
  const text = 'a🫁b é';
  assert.equal(utf16Offset(text, 2), 3);
  assert.equal(characterOffset(text, 3), 2);
  for (let characters = 0; characters <= 5; characters++)
    assert.equal(characterOffset(text, utf16Offset(text, characters)), characters);
  assert.equal(utf16Offset(text, 99), text.length);
});

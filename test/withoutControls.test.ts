import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonWithoutControls, withoutControls } from '../src/withoutControls.js';

test('withoutControls() shows what would steer a terminal, and leaves lines and letters of any script', () => {
  assert.equal(withoutControls('\u001b]0;title\u0007\u009b2J\r'), '\\x1b]0;title\\x07\\x9b2J\\x0d');
  const text = 'Größe 3 µm, 結節 🫁\n  at line 2';
  assert.equal(withoutControls(text), text);
});

test('withoutControls() shows what turns letters round or is not seen', () => {
  assert.equal(
    withoutControls('a\u202egnp.exe\u2066\u200b\ufeff\u2028\ud83e\u{e0041}'),
    'a\\u202egnp.exe\\u2066\\u200b\\ufeff\\u2028\\ud83e\\u{e0041}',
  );
  assert.equal(withoutControls(withoutControls('\u001b\u202e')), '\\x1b\\u202e', 'once is as good as twice');
});

test('jsonWithoutControls() changes no value', () => {
  const value = { 'k\u009b': ['\u001b[2J', '\u007f', '\u202e', '\u{e0041}', 'é🫁'] };
  const json = jsonWithoutControls(JSON.stringify(value));
  assert.deepEqual(JSON.parse(json), value);
  assert.doesNotMatch(json, /[\p{Cc}\p{Cf}]/u);
  assert.match(json, /é🫁/);
});

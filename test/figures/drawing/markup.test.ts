import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coordinate, escaped } from '../../../src/figures/drawing/markup.js';

test('escaped() is safe in text and attributes, and drops what XML forbids', () => {
  assert.equal(
    escaped(`<img src="x" onerror='y'>&\u0000\u001b[1m\n`),
    '&lt;img src=&quot;x&quot; onerror=&#39;y&#39;&gt;&amp;[1m\n',
  );
});

test('coordinate() has at most two decimals', () => {
  assert.deepEqual([1 / 3, 2, -0.005].map(coordinate), ['0.33', '2', '0']);
});

test('escaped() drops half of a surrogate pair, which no URI can hold, and keeps whole ones', () => {
  const cut = escaped('a\ud83e<\ufffe\uffff🫁');
  assert.equal(cut, 'a&lt;🫁');
  assert.doesNotThrow(() => encodeURIComponent(cut));
});

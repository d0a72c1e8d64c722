import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMimeBundle, mimeBundleOf, textOf } from '../../src/kernel/mimeBundle.js';

test("mimeBundleOf() asks a value for its own form by Symbol.for('Jupyter.display')", () => {
  class Figure {
    readonly title = 'loss';
    [Symbol.for('Jupyter.display')]() {
      return { 'text/html': `<b>${this.title}</b>` };
    }
  }
  assert.deepEqual(mimeBundleOf(new Figure()), { 'text/html': '<b>loss</b>' });
});

test('mimeBundleOf() takes a mime bundle as it is and sends bytes as base64', () => {
  const bundle = { 'image/png': Uint8Array.of(1, 2, 3), 'application/vnd.plotly.v1+json': { data: [] } };
  assert.deepEqual(mimeBundleOf(bundle), {
    'image/png': 'AQID',
    'application/vnd.plotly.v1+json': { data: [] },
  });
});

test('mimeBundleOf() shows anything else as text', () => {
  assert.deepEqual(mimeBundleOf({ a: 1 }), { 'text/plain': '{ a: 1 }' });
  assert.deepEqual(mimeBundleOf(null), { 'text/plain': 'null' });
  assert.deepEqual(mimeBundleOf('x'), { 'text/plain': "'x'" });
  assert.deepEqual(mimeBundleOf({}), { 'text/plain': '{}' });
});

test('textOf() keeps cycles and huge arrays readable', () => {
  const cyclic: Record<string, unknown> = { name: 'a' };
  cyclic.self = cyclic;
  assert.match(textOf(cyclic), /\[Circular \*1\]/);
  const text = textOf(new Float32Array(1e6));
  assert.match(text, /^Float32Array\(1000000\) \[/);
  assert.match(text, /999980 more items/);
  assert.ok(text.length < 500);
});

test('isMimeBundle() wants every key to be a mime type', () => {
  assert.ok(isMimeBundle({ 'text/plain': '', 'application/vnd.jupyter.widget-view+json': {} }));
  assert.ok(!isMimeBundle({ 'text/plain': '', note: '' }));
  assert.ok(!isMimeBundle([]));
});

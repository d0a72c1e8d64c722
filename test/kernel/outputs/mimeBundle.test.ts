import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { isMimeBundle, mimeBundleOf, mimeBundleSoon } from '../../../src/kernel/outputs/mimeBundle.js';
import { textOf } from '../../../src/kernel/outputs/valueText.js';

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

test('mimeBundleSoon() waits for a form that takes its time, which mimeBundleOf() refuses', async () => {
  const slow = { [Symbol.for('Jupyter.display')]: async () => ({ 'text/html': '<b>x</b>' }) };
  assert.deepEqual(await mimeBundleSoon(slow), { 'text/html': '<b>x</b>' });
  assert.deepEqual(mimeBundleSoon({ 'text/plain': 'x' }), { 'text/plain': 'x' });
  assert.throws(() => mimeBundleOf(slow), /received a promise: await it/);
});

test('mimeBundleOf() says what a form must be', () => {
  const wrong = { [Symbol.for('Jupyter.display')]: () => ({ html: 'x' }) };
  assert.throws(() => mimeBundleOf(wrong), /expected a mime bundle such as .*received \{ html: 'x' \}/);
});

test('textOf() summarises long typed arrays and cuts what is longer than anybody reads', () => {
  assert.match(textOf(new Int16Array(100).fill(-5)), /80 more items \] \(min -5, max -5, mean -5\)$/);
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key${index}`, index]));
  assert.match(textOf(many), /key199: 199,\n {2}\.\.\. 19800 more keys\n\}$/);
  const long = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`key${index}`, 'x'.repeat(9000)]),
  );
  assert.match(textOf(long), /\n\.\.\. \d+ more characters$/);
});

test('mimeBundleOf() shows records as a table beside their text, nested lists as text alone', () => {
  const records = Array.from({ length: 300 }, (_, id) => ({ id, uid: `<${id}>`, score: id / 3 }));
  const { 'text/html': html, 'text/plain': text } = mimeBundleOf(records);
  assert.match(String(text), /^\[\n {2}\{ id: 0, uid: '<0>', score: 0 \}/);
  assert.match(String(html), /<td>&lt;99&gt;<\/td>.*the first 100 of 300 rows/s);
  assert.deepEqual(Object.keys(mimeBundleOf([[1], [2]])), ['text/plain']);
});

test('mimeBundleOf() takes a proxy whose traps throw, and a form whose getter throws, as text', () => {
  const trap = (): never => {
    throw new Error('looked at');
  };
  const traps = { get: trap, has: trap, ownKeys: trap, getOwnPropertyDescriptor: trap, getPrototypeOf: trap };
  // Node 26 says of a proxy that it is one.
  const shown = inspect(new Proxy({ a: 1 }, {}));
  assert.match(shown, /\{ a: 1 \}/);
  assert.deepEqual(mimeBundleOf(new Proxy({ a: 1 }, traps)), { 'text/plain': shown });
  assert.deepEqual(mimeBundleOf(Object.defineProperty({}, Symbol.for('Jupyter.display'), { get: trap })), {
    'text/plain': '{}',
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, interruptSignal, page } from '../../src/kernel/notebookInput.js';
import { type KernelSession, openSession } from '../../src/kernel/session.js';

test('ask(), interruptSignal() and page() say that they need a notebook, and use its session there', () => {
  assert.throws(() => ask('x'), /^UsageError: ask\(\) works in a cell/);
  assert.throws(() => interruptSignal(), /interruptSignal\(\) works in a cell/);
  assert.throws(() => page('x'), /page\(\) works in a cell/);
  const { signal } = new AbortController();
  const asked: unknown[] = [];
  const readInput = (prompt: string, password: boolean): string => {
    asked.push(prompt, password);
    return 'typed';
  };
  const session = {
    readInput,
    interruptSignal: () => signal,
    showInPager: (text: string) => asked.push(text),
  };
  openSession(session as unknown as KernelSession);
  assert.equal(ask('name? '), 'typed');
  assert.equal(ask('key? ', { password: true }), 'typed');
  assert.equal(interruptSignal(), signal);
  page('help');
  assert.deepEqual(asked, ['name? ', false, 'key? ', true, 'help']);
});

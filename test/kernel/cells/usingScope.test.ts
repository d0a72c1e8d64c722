import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createUsingScope, runInScope } from '../../../src/kernel/cells/usingScope.js';

const { dispose, asyncDispose } = Symbol as unknown as Record<'dispose' | 'asyncDispose', symbol>;

test('createUsingScope() disposes of all, the last first, and keeps every error', () => {
  const seen: string[] = [];
  const held = (name: string, error?: Error) => ({
    [dispose]() {
      seen.push(name);
      if (error !== undefined) throw error;
    },
  });
  const scope = createUsingScope();
  const first = held('first');
  assert.equal(scope.use(first), first);
  scope.use(null);
  scope.use(held('second', new Error('of second')));
  scope.fail(new Error('of the block'));
  assert.throws(
    () => scope.end(),
    (error: Error & { error?: Error; suppressed?: Error }) =>
      error.name === 'SuppressedError' &&
      error.error!.message === 'of second' &&
      error.suppressed!.message === 'of the block',
  );
  assert.deepEqual(seen, ['second', 'first']);
  assert.throws(() => createUsingScope().use({}), /expected a value with \[Symbol\.dispose\]/);
});

test('runInScope() ends what a run holds, whether it waits or throws', async () => {
  const seen: string[] = [];
  const held = (name: string) => ({
    [asyncDispose]: async () => void seen.push(name),
    [dispose]: () => seen.push(`${name} at once`),
  });
  const scope = createUsingScope();
  await runInScope(scope, async () => {
    scope.useAwaiting(held('a'));
    scope.useAwaiting(held('b'));
  });
  assert.deepEqual(seen, ['b', 'a']);
  const failing = createUsingScope();
  assert.throws(
    () =>
      runInScope(failing, () => {
        failing.use(held('c'));
        throw new RangeError('no');
      }),
    RangeError,
  );
  assert.deepEqual(seen.slice(2), ['c at once']);
});

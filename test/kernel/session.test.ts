import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KernelSession, openSession, sessionFor, sessionIfAny } from '../../src/kernel/session.js';

test('sessionFor() names the caller outside of a notebook, and finds the session that openSession() set', () => {
  assert.equal(sessionIfAny(), undefined);
  assert.throws(() => sessionFor('display()'), {
    name: 'UsageError',
    message: /^display\(\) works in a cell/,
  });
  const session = {} as KernelSession;
  openSession(session);
  assert.equal(sessionFor('display()'), session);
  assert.equal(sessionIfAny(), session);
});

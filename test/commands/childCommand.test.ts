import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endOf, startCommand } from '../../src/commands/childCommand.js';

test('endOf() is the exit code of a child; that a signal ended it, which it could not say, is said for it', async (t) => {
  const said = t.mock.method(process.stderr, 'write', () => true);
  const wrong = startCommand(['train', '--no-such'], { stdio: 'ignore' });
  assert.equal(await endOf(wrong, 'voxlab train'), 2);
  assert.equal(said.mock.callCount(), 0);
  const crashes = startCommand(['gpu', 'record', '--out', '/dev/null'], { stdio: 'ignore' });
  crashes.kill('SIGBUS');
  assert.equal(await endOf(crashes, 'voxlab gpu'), 1);
  assert.deepEqual(said.mock.calls[0]?.arguments, ['voxlab gpu was ended by SIGBUS\n']);
});

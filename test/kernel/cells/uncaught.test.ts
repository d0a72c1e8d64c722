import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { keyboardInterrupt } from '../../../src/kernel/cells/keyboardInterrupt.js';
import { errorOf } from '../../../src/kernel/cells/traceback.js';
import { reportUncaught } from '../../../src/kernel/cells/uncaught.js';

test('reportUncaught() writes errors that nobody awaits to stderr, and not those of an interrupt', () => {
  const written: string[] = [];
  const process = Object.assign(new EventEmitter(), {
    stderr: { write: (text: string) => written.push(text) },
  });
  const cells = { errorOf: (thrown: unknown) => errorOf(thrown, () => undefined), cellOf: () => undefined };
  reportUncaught(cells, process as unknown as NodeJS.Process);
  process.emit('uncaughtException', new TypeError('late'));
  process.emit('unhandledRejection', 'reason');
  process.emit('unhandledRejection', keyboardInterrupt());
  assert.equal(written.length, 2);
  assert.match(written[0]!, /^Uncaught .*TypeError.*late/);
  assert.match(written[1]!, /^Unhandled rejection .*Thrown.*reason/);
});

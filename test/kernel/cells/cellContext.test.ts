import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  beginCell,
  type CellRun,
  createRun,
  currentCell,
  leaveCell,
  rememberCellsInTimers,
  runInCell,
  stopRun,
  thrownIn,
} from '../../../src/kernel/cells/cellContext.js';
import type { Message } from '../../../src/kernel/wire/protocol.js';

const cell = (label: string): CellRun => createRun({} as Message, label);

test('currentCell() is the entered cell, else the newest', () => {
  const [first, second] = [cell('1'), cell('2')];
  beginCell(first);
  assert.equal(currentCell(), first);
  assert.equal(runInCell(second, currentCell), second);
  assert.equal(currentCell(), first);
  runInCell(second, () => {
    assert.equal(leaveCell(), second);
    assert.equal(leaveCell(), undefined);
    assert.equal(currentCell(), first);
  });
});

test('thrownIn() knows the cell out of which an error came', () => {
  const run = cell('5');
  const error = new Error('x');
  assert.throws(
    () =>
      runInCell(run, () => {
        throw error;
      }),
    error,
  );
  assert.equal(thrownIn(error), run);
  assert.equal(thrownIn(new Error('other')), undefined);
  assert.equal(thrownIn('text'), undefined);
});

test('rememberCellsInTimers(): callbacks run in the cell that made the timer, and not after it was stopped', async () => {
  const timers = { setTimeout, setInterval, setImmediate } as unknown as typeof globalThis;
  rememberCellsInTimers(timers);
  const [first, second, third] = [cell('1'), cell('2'), cell('3')];
  const seen: (number | string)[] = [];
  const note = (label: string) => seen.push(`${label}${currentCell()?.label}`);
  runInCell(first, () => timers.setTimeout(note, 1, 'timeout '));
  runInCell(second, () => timers.setImmediate(note, 'immediate '));
  const interval = runInCell(third, () => timers.setInterval(note, 1, 'interval '));
  stopRun(third);
  const tidying = runInCell(third, () => timers.setTimeout(note, 1, 'tidying '));
  assert.ok(tidying);
  beginCell(cell('9'));
  await wait(30);
  clearInterval(interval);
  assert.deepEqual(seen.sort(), ['immediate 2', 'tidying 3', 'timeout 1']);
  await promisify(timers.setTimeout)(1);
});

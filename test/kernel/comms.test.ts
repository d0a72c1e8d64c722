import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CellRun, currentCell, runInCell, thrownIn } from '../../src/kernel/cells/cellContext.js';
import { createComms, onCommOpen, openComm } from '../../src/kernel/comms.js';
import type { JsonObject } from '../../src/kernel/wire/protocol.js';

function withRecord() {
  const published: [string, JsonObject, unknown?][] = [];
  const comms = createComms((type, content, more) => published.push([type, content, more]));
  return { published, comms };
}

test('createComms().open() publishes comm_open, and messages travel both ways with their buffers', () => {
  const { published, comms } = withRecord();
  const buffers = [Uint8Array.of(1, 2)];
  const comm = comms.open('jupyter.widget', { state: 1 }, { metadata: { version: '2.1.0' } });
  assert.deepEqual(published[0]?.slice(0, 2), [
    'comm_open',
    { comm_id: comm.id, target_name: 'jupyter.widget', data: { state: 1 } },
  ]);
  comm.send({ method: 'update' }, { buffers });
  assert.deepEqual(published[1], ['comm_msg', { comm_id: comm.id, data: { method: 'update' } }, { buffers }]);
  const received: unknown[] = [];
  comm.onMessage((data, bytes) => received.push(data, bytes));
  comms.receiveMessage({ comm_id: comm.id, data: { v: 41 } }, buffers);
  assert.deepEqual(received, [{ v: 41 }, buffers]);
});

test('createComms().receiveOpen() calls the registered target and closes a comm that nobody knows', () => {
  const { published, comms } = withRecord();
  const opened: unknown[] = [];
  comms.register('mine', (comm, data) => opened.push(comm.id, data));
  comms.receiveOpen({ comm_id: 'a', target_name: 'mine', data: { x: 1 } }, []);
  comms.receiveOpen({ comm_id: 'b', target_name: 'unknown', data: {} }, []);
  assert.deepEqual(opened, ['a', { x: 1 }]);
  assert.deepEqual(
    published.map((message) => message.slice(0, 2)),
    [['comm_close', { comm_id: 'b', data: {} }]],
  );
  assert.deepEqual(comms.list(), { a: { target_name: 'mine' } });
  assert.deepEqual(comms.list('other'), {});
});

test('createComms().receiveClose() tells the listeners once and forgets the comm', () => {
  const { published, comms } = withRecord();
  const comm = comms.open('t', {});
  const closed: unknown[] = [];
  comm.onClose((data) => closed.push(data));
  comms.receiveClose({ comm_id: comm.id, data: { why: 'page left' } });
  comms.receiveClose({ comm_id: comm.id, data: {} });
  comm.close();
  assert.deepEqual(closed, [{ why: 'page left' }]);
  assert.equal(published.length, 1, 'a comm closed by the front end is not closed again');
});

test('openComm() and onCommOpen() say that they need a notebook', () => {
  assert.throws(() => openComm('x'), /openComm\(\) works in a cell of a notebook/);
  assert.throws(() => onCommOpen('x', () => {}), /onCommOpen\(\) works in a cell of a notebook/);
});

test('createComms() sends what a listener says as the answer to the message, and later words as no answer', () => {
  const { published, comms } = withRecord();
  const comm = comms.open('t', {});
  comm.onMessage(() => comm.send({ echo: 1 }));
  const header = { msg_id: 'm', msg_type: 'comm_msg', session: 's', username: '', date: '', version: '5.4' };
  comms.receiveMessage({ comm_id: comm.id, data: {} }, [], header);
  comm.send({ later: 1 });
  assert.deepEqual(published[1]?.[2], { parent: header });
  assert.deepEqual(published[2]?.[2], {});
});

test('createComms() runs a listener in the cell that set it, and lets its error name that cell', () => {
  const { comms } = withRecord();
  const comm = comms.open('t', {});
  const cell = { label: '3' } as CellRun;
  const seen: unknown[] = [];
  runInCell(cell, () =>
    comm.onMessage(() => {
      seen.push(currentCell());
      throw new RangeError('in the listener');
    }),
  );
  let error: unknown;
  try {
    comms.receiveMessage({ comm_id: comm.id, data: {} }, []);
  } catch (thrown) {
    error = thrown;
  }
  assert.deepEqual(seen, [cell]);
  assert.equal(thrownIn(error), cell);
});

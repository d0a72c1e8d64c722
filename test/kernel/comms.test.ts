import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createComms, onCommOpen, openComm } from '../../src/kernel/comms.js';
import type { JsonObject } from '../../src/kernel/protocol.js';

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

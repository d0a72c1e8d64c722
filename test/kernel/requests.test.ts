import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cells } from '../../src/kernel/cells/cells.js';
import { createHistory } from '../../src/kernel/cells/history.js';
import { createComms } from '../../src/kernel/comms.js';
import { createRequestHandler } from '../../src/kernel/requests.js';
import type { CellCompiler } from '../../src/kernel/typescript/tslab.js';
import type { ToSockets } from '../../src/kernel/wire/channel.js';
import type { JsonObject, Message } from '../../src/kernel/wire/protocol.js';

function handlerWith(compiler: Partial<CellCompiler>) {
  const sent: ToSockets[] = [];
  const comms = createComms(() => {});
  const handle = createRequestHandler({
    compiler: compiler as CellCompiler,
    cells: {
      declarations: () => 'declared',
      cellOf: () => undefined,
      errorOf: (thrown: unknown) => ({ ename: 'E', evalue: String(thrown), traceback: [] }),
    } as unknown as Cells,
    comms,
    history: createHistory(),
    queue: { add: () => sent.push({ kind: 'log', text: 'queued' }) },
    whileCompiling: (work) => work(),
    send: (message) => sent.push(message),
  });
  const ask = (msg_type: string, content: JsonObject): ToSockets[] => {
    sent.length = 0;
    const message = { header: { msg_type }, identities: [], content, buffers: [] } as unknown as Message;
    handle({ kind: 'request', route: 'shell', message, receivedAtMs: 0 });
    return [...sent];
  };
  const replyTo = (type: string, content: JsonObject): JsonObject => {
    const reply = ask(type, content).find((m) => m.kind === 'reply');
    assert.equal(reply?.type, type.replace('request', 'reply'));
    return reply?.content ?? {};
  };
  return { ask, replyTo, comms };
}

test('createRequestHandler() completes with offsets in characters and the kinds of the matches', () => {
  const seen: unknown[] = [];
  const complete = (...args: unknown[]) => {
    seen.push(...args);
    return { matches: ['voxels'], start: 3, end: 5, kinds: new Map([['voxels', 'const']]) };
  };
  const reply = handlerWith({ complete }).replyTo('complete_request', { code: '🫁.vo', cursor_pos: 4 });
  assert.deepEqual(seen, ['🫁.vo', 5, 'declared']);
  assert.deepEqual([reply.matches, reply.cursor_start, reply.cursor_end], [['voxels'], 2, 4]);
  assert.deepEqual(reply.metadata, {
    _jupyter_types_experimental: [{ text: 'voxels', type: 'const', start: 2, end: 4 }],
  });
});

test('createRequestHandler() says whether it found something to inspect', () => {
  const reply = (text: string | undefined) =>
    handlerWith({ inspect: () => text }).replyTo('inspect_request', { code: 'x', cursor_pos: 1 });
  assert.deepEqual(reply('const x: 1').data, { 'text/plain': 'const x: 1' });
  assert.equal(reply(undefined).found, false);
});

test('createRequestHandler() answers a failing request with its error, between busy and idle', () => {
  const { ask } = handlerWith({
    inspect: () => {
      throw new Error('inside');
    },
  });
  const sent = ask('inspect_request', { code: 'x', cursor_pos: 1 });
  assert.deepEqual(
    sent.map(({ kind }) => kind),
    ['status', 'reply', 'status'],
  );
  assert.deepEqual(sent.find((m) => m.kind === 'reply')?.content, {
    status: 'error',
    ename: 'E',
    evalue: 'Error: inside',
    traceback: [],
  });
});

test('createRequestHandler() logs a type that it does not know, and sends no reply', () => {
  const sent = handlerWith({}).ask('debug_request', {});
  assert.deepEqual(
    sent.map((m) => (m.kind === 'status' ? m.state : m.kind === 'log' ? m.text : m.kind)),
    ['busy', 'ignored a message of unknown type "debug_request"', 'idle'],
  );
});

test('createRequestHandler() passes cells to the queue and comm messages to the comms', () => {
  const { ask, replyTo, comms } = handlerWith({});
  assert.deepEqual(ask('execute_request', { code: '1' }), [{ kind: 'log', text: 'queued' }]);
  comms.register('mine', () => {});
  ask('comm_open', { comm_id: 'c1', target_name: 'mine', data: {} });
  assert.deepEqual(replyTo('comm_info_request', {}).comms, { c1: { target_name: 'mine' } });
  assert.deepEqual(replyTo('comm_info_request', { target_name: 'other' }).comms, {});
  ask('comm_close', { comm_id: 'c1', data: {} });
  assert.deepEqual(replyTo('comm_info_request', {}).comms, {});
});

test('createRequestHandler() shows the error of a comm listener, because a comm message has no reply', () => {
  const { ask, comms } = handlerWith({});
  comms.register('mine', () => {
    throw new Error('listener');
  });
  const sent = ask('comm_open', { comm_id: 'c1', target_name: 'mine', data: {} });
  assert.deepEqual(
    sent.map((m) => (m.kind === 'publish' ? m.type : m.kind)),
    ['status', 'error', 'status'],
  );
});

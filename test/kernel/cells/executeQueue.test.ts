import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { CellOutcome, Cells } from '../../../src/kernel/cells/cells.js';
import { ExecuteQueue } from '../../../src/kernel/cells/executeQueue.js';
import { createHistory } from '../../../src/kernel/cells/history.js';
import type { ToSockets } from '../../../src/kernel/wire/channel.js';
import type { JsonObject, Message } from '../../../src/kernel/wire/protocol.js';

const FAILED: CellOutcome = { ok: false, error: { ename: 'Error', evalue: 'no', traceback: ['Error: no'] } };

function typeOf(message: ToSockets): string | undefined {
  return 'type' in message ? message.type : undefined;
}

/** A queue over cells that give what `outcomes` says of their code; `now()` is a time of arrival. */
function queueOver(outcomes: Record<string, CellOutcome>) {
  const sent: ToSockets[] = [];
  const history = createHistory();
  const cells = {
    run: async (code: string) => {
      if (code === 'compiler breaks') throw new Error('Debug Failure');
      return outcomes[code] ?? { ok: true, value: undefined };
    },
    during: async (_: unknown, work: () => unknown) => work(),
    errorOf: (thrown: unknown) => ({ ename: 'Error', evalue: String(thrown), traceback: [] }),
  } as unknown as Cells;
  // As a port does it, which refuses functions.
  const send = (message: ToSockets): void => void sent.push(structuredClone(message));
  const queue = new ExecuteQueue({ cells, history, send });
  const add = (code: unknown, more: JsonObject = {}): void => {
    const header = { msg_id: String(code), msg_type: 'execute_request' } as Message['header'];
    const message = { header, identities: [], content: { code, ...more } } as unknown as Message;
    queue.add({ message, route: 'shell', receivedAtMs: performance.timeOrigin + performance.now() });
  };
  const replies = () => sent.filter((m) => m.kind === 'reply').map(({ content }) => content);
  return { add, sent, replies, history, queue };
}

test('ExecuteQueue answers a cell: busy, input, result, reply, idle, in this order', async () => {
  const { add, sent } = queueOver({ a: { ok: true, value: 6 } });
  add('a');
  await wait(5);
  assert.deepEqual(
    sent.map((m) => (m.kind === 'status' ? m.state : m.kind.startsWith('publish') ? typeOf(m) : m.kind)),
    ['busy', 'cell', 'execute_input', 'execute_result', 'reply', 'idle'],
  );
});

test('ExecuteQueue aborts the cells sent before a failure, not those sent afterwards', async () => {
  const { add, replies } = queueOver({ bad: FAILED });
  for (const code of ['one', 'bad', 'two', 'three']) add(code);
  await wait(5);
  add('four');
  await wait(5);
  assert.deepEqual(
    replies().map(({ status }) => status),
    ['ok', 'error', 'aborted', 'aborted', 'ok'],
  );
  assert.equal(replies()[1]?.ename, 'Error');
  assert.equal(replies()[4]?.execution_count, 3, 'aborted cells take no number');
});

test('ExecuteQueue goes on after a failure with stop_on_error false', async () => {
  const { add, replies } = queueOver({ bad: FAILED });
  add('bad', { stop_on_error: false });
  add('two');
  await wait(5);
  assert.deepEqual(
    replies().map(({ status }) => status),
    ['error', 'ok'],
  );
});

test('ExecuteQueue with silent publishes neither input nor result and takes no number', async () => {
  const { add, sent, replies, history } = queueOver({ a: { ok: true, value: 1 } });
  add('a', { silent: true });
  await wait(5);
  assert.deepEqual(
    sent.filter((m) => m.kind.startsWith('publish')),
    [],
  );
  assert.equal(replies()[0]?.execution_count, 0);
  assert.deepEqual(history.find({ hist_access_type: 'tail' }), []);
});

test('ExecuteQueue evaluates user expressions and keeps store_history false out of the history', async () => {
  const { add, replies, history } = queueOver({ '(x);': { ok: true, value: 2 }, '(bad);': FAILED });
  add('a', { store_history: false, user_expressions: { x: 'x', bad: 'bad' } });
  await wait(5);
  const { user_expressions } = replies()[0] as { user_expressions: Record<string, JsonObject> };
  assert.deepEqual(user_expressions.x, { status: 'ok', data: { 'text/plain': '2' }, metadata: {} });
  assert.equal(user_expressions.bad?.status, 'error');
  assert.deepEqual(history.find({ hist_access_type: 'tail' }), []);
});

test('ExecuteQueue leaves out of what it shows what JSON leaves out, and goes on', async () => {
  const value = { 'application/json': { n: 1, f: () => 2 } };
  const { add, sent, replies } = queueOver({
    '(x);': { ok: true, value },
    a: { ok: true, value },
  });
  add('a', { user_expressions: { x: 'x' } });
  await wait(5);
  const data = { 'application/json': { n: 1 } };
  const result = sent.find((m) => m.kind === 'publishEncoded');
  assert.deepEqual(JSON.parse(String(result?.content)), { execution_count: 1, data, metadata: {} });
  const { user_expressions } = replies()[0] as { user_expressions: Record<string, JsonObject> };
  assert.deepEqual(user_expressions.x, { status: 'ok', data, metadata: {} });
  add('b');
  await wait(5);
  assert.equal(replies()[1]?.status, 'ok');
});

test('ExecuteQueue answers a cell at which the compiler breaks, and goes on', async () => {
  const { add, replies } = queueOver({});
  add('compiler breaks');
  await wait(5);
  add('b');
  await wait(5);
  assert.deepEqual(
    replies().map(({ status, evalue }) => [status, evalue]),
    [
      ['error', 'Error: Debug Failure'],
      ['ok', undefined],
    ],
  );
});

test('ExecuteQueue counts only what goes into the history', async () => {
  const { add, replies } = queueOver({});
  add('a', { store_history: false });
  add('b');
  add('c', { store_history: false });
  await wait(5);
  assert.deepEqual(
    replies().map(({ execution_count }) => execution_count),
    [0, 1, 1],
  );
});

test('ExecuteQueue shows a value that JSON cannot hold as an error of the cell, and goes on', async () => {
  const { add, replies } = queueOver({ a: { ok: true, value: { 'application/json': { big: 1n } } } });
  add('a');
  await wait(5);
  add('b');
  await wait(5);
  assert.match(String(replies()[0]?.evalue), /expected what JSON can hold in the value shown: .*BigInt/);
  assert.equal(replies()[1]?.status, 'ok');
});

test('ExecuteQueue refuses code that is no text, and shows the error of a broken display', async () => {
  const broken = {
    [Symbol.for('Jupyter.display')]() {
      throw new Error('broken display');
    },
  };
  const { add, replies } = queueOver({ a: { ok: true, value: broken } });
  add(17);
  await wait(5);
  add('a');
  await wait(5);
  assert.match(String(replies()[0]?.evalue), /expected the cell's code as text, received number/);
  assert.match(String(replies()[1]?.evalue), /broken display/);
});

test('showInPager() puts the text into the payload of the running cell', async () => {
  const { add, queue, replies } = queueOver({});
  add('a');
  queue.showInPager('help');
  await wait(5);
  assert.deepEqual(replies()[0]?.payload, [{ source: 'page', data: { 'text/plain': 'help' }, start: 0 }]);
});

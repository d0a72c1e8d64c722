import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { createWire } from '../../../src/kernel/wire/protocol.js';
import { contents, KernelClient } from '../kernelClient.js';

const kernel = await KernelClient.start({ transport: 'ipc' });
after(() => kernel.stop());

test('socketsThread welcomes a front end, and then says that the kernel is starting, before anything else', () => {
  const [first, second] = kernel.published;
  assert.equal(first!.header.msg_type, 'iopub_welcome');
  assert.deepEqual(first!.content, { subscription: '' });
  assert.deepEqual(second!.content, { execution_state: 'starting' });
  assert.deepEqual(second!.parent, {});
});

test('socketsThread answers kernel_info while a synchronous cell blocks the main thread', async () => {
  const cell = await kernel.sendCell('const end = Date.now() + 2500; while (Date.now() < end);');
  await kernel.until(() =>
    kernel.publishedFor(cell).some(({ header }) => header.msg_type === 'execute_input'),
  );
  const from = Date.now();
  const { reply } = await kernel.request('kernel_info_request', {}, 'control');
  assert.ok(Date.now() - from < 1000);
  assert.equal(reply.implementation, 'voxlab');
  assert.equal(kernel.isIdle(cell), false);
  await kernel.answer(cell);
});

test('socketsThread drops unsigned, malformed and foreign messages, logs them, and lives on', async () => {
  const foreign = createWire({ key: 'another key', signature_scheme: 'hmac-sha256' });
  await kernel.sendFrames(foreign.build({ type: 'execute_request', content: { code: '1' }, parent: {} }));
  await kernel.sendFrames([Buffer.from('no message at all')], 'control');
  const broken = createWire(kernel.connection).build({ type: 'x', content: {}, parent: {} });
  broken[2] = Buffer.from('{');
  await kernel.sendFrames(broken);
  assert.deepEqual(contents(await kernel.run('1 + 1'), 'execute_result')[0]?.data, { 'text/plain': '2' });
  const dropped = () => kernel.log.trim().split('\n').sort();
  await kernel.until(() => dropped().length === 3);
  const [onControl, ...onShell] = dropped();
  // The two sockets are read side by side: only the order of the lines of one socket is certain.
  assert.match(onControl!, /^voxlab kernel: dropped a message on control: expected a Jupyter message/);
  for (const line of onShell) {
    assert.match(
      line,
      /^voxlab kernel: dropped a message on shell: the signature of a message is not made with the key/,
    );
  }
});

test('socketsThread carries a message out once, however often and on whatever socket it is sent', async () => {
  const frames = createWire(kernel.connection).build({
    type: 'execute_request',
    content: {
      code: '(globalThis as any).times = ((globalThis as any).times ?? 0) + 1',
      silent: false,
      store_history: false,
    },
    parent: {},
  });
  for (const socket of ['shell', 'shell', 'control', 'shell'] as const)
    await kernel.sendFrames(frames, socket);
  const { published } = await kernel.run('console.log((globalThis as any).times)');
  const printed = published.filter(({ header }) => header.msg_type === 'stream');
  assert.deepEqual(
    printed.map(({ content }) => content.text),
    ['1\n'],
  );
  await kernel.until(() => kernel.log.split('came a second time').length === 4);
});

test('socketsThread: a message of unknown type gets busy and idle, no reply, and a line in the log', async () => {
  const id = await kernel.send('telepathy_request', {});
  await kernel.until(() => kernel.isIdle(id));
  assert.match(kernel.log, /ignored a message of unknown type "telepathy_request"/);
});

test('socketsThread lives on after signed messages that hold anything but what they should', async () => {
  const wire = createWire(kernel.connection);
  const contentsOfAllKinds = [
    'null',
    '[]',
    '5',
    '{"code":5,"cursor_pos":"x"}',
    '{"comm_id":null,"data":null}',
  ];
  const types = [
    'execute_request',
    'complete_request',
    'comm_open',
    'interrupt_request',
    'toString',
    '__proto__',
  ];
  for (const on of ['shell', 'control'] as const)
    for (const type of types)
      for (const content of contentsOfAllKinds)
        await kernel.sendFrames(wire.build({ type, content, parent: {} }), on);
  await kernel.run('0'); // may be aborted: a refused execute_request counts as a failed cell
  assert.deepEqual(contents(await kernel.run('1 + 1'), 'execute_result')[0]?.data, { 'text/plain': '2' });
  assert.match(kernel.log, /expected an object as content of a message, received null/);
});

test('socketsThread ends the process on shutdown_request, also while a cell blocks the main thread', async () => {
  await kernel.sendCell('for (;;);');
  const ended = once(kernel.process, 'exit');
  const id = await kernel.send('shutdown_request', { restart: true }, { on: 'control' });
  await kernel.until(() => kernel.isIdle(id));
  await ended;
  assert.equal(
    contents({ reply: {}, published: kernel.publishedFor(id) }, 'status').at(-1)?.execution_state,
    'idle',
  );
});

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { contents, KernelClient, streamText } from './kernelClient.js';

const kernel = await KernelClient.start();
after(() => kernel.stop());

/** Interrupts the cell once it runs; returns its reply's error name and how long that took. */
async function interrupted(code: string): Promise<{ ename: unknown; ms: number }> {
  const id = await kernel.sendCell(code);
  await kernel.until(() => kernel.publishedFor(id).some(({ header }) => header.msg_type === 'stream'));
  const from = Date.now();
  await kernel.send('interrupt_request', {}, { on: 'control' });
  const { reply } = await kernel.answer(id);
  return { ename: reply.ename, ms: Date.now() - from };
}

test('startKernel(): cells run in the root of the project that holds the notebook', async () => {
  const answered = await kernel.run("import { existsSync } from 'node:fs'; existsSync('package.json')");
  assert.deepEqual(contents(answered, 'execute_result')[0]?.data, { 'text/plain': 'true' });
  assert.equal(contents(answered, 'execute_input').length, 1);
});

test("startKernel(): cells import the project's sources by their path from the notebook", async () => {
  const code = "import { crop } from '../src/index.js'; import { crop as same } from 'voxlab'; crop === same";
  assert.deepEqual(contents(await kernel.run(code), 'execute_result')[0]?.data, { 'text/plain': 'true' });
  const late = await kernel.run("const path: string = '../src/index.js'; typeof (await import(path)).crop");
  assert.deepEqual(contents(late, 'execute_result')[0]?.data, { 'text/plain': "'function'" });
});

test('startKernel(): a stack counts the columns of the cell, also behind an import that leads elsewhere', async () => {
  const code =
    "import { inRepository } from '../src/paths.js'; void inRepository; throw new RangeError('here');";
  const { reply } = await kernel.run(code);
  assert.match(
    (reply.traceback as string[]).join(),
    new RegExp(`at cell\\[\\d+\\]:1:${code.indexOf('new Range') + 1}`),
  );
});

test('startKernel(): 20,000 prints in one tick all arrive, in order and as few messages, before idle', async () => {
  const answered = await kernel.run("for (let i = 0; i < 20_000; i++) console.log('line ' + i);");
  const lines = streamText(answered).trimEnd().split('\n');
  assert.equal(lines.length, 20_000);
  assert.ok(lines.every((line, index) => line === `line ${index}`));
  assert.ok(contents(answered, 'stream').length < 100);
  assert.equal(contents(answered, 'status').at(-1)?.execution_state, 'idle');
});

test('startKernel(): an error carries name, message and a traceback into the cell', async () => {
  const answered = await kernel.run("function f(): never {\n  throw new RangeError('boom');\n}\nf();");
  const [error] = contents(answered, 'error');
  assert.equal(answered.reply.status, 'error');
  assert.equal(error?.ename, 'RangeError');
  assert.equal(error?.evalue, 'boom');
  assert.match((error!.traceback as string[]).join('\n'), /at f \(cell\[\d+\]:2:9\)/);
  assert.deepEqual(answered.reply.traceback, error?.traceback);
});

test('startKernel(): a failed cell aborts those already sent, and the next one runs', async () => {
  // Not before the others have arrived.
  const fails = "await new Promise((go) => setTimeout(go, 200)); throw new Error('first')";
  const ids = await Promise.all([fails, '1', '2'].map((code) => kernel.sendCell(code)));
  const replies = [];
  for (const id of ids) replies.push((await kernel.answer(id)).reply.status);
  assert.deepEqual(replies, ['error', 'aborted', 'aborted']);
  assert.equal((await kernel.run('3')).reply.status, 'ok');
});

test('startKernel(): an interrupt stops synchronous and waiting cells, and the state is kept', async () => {
  await kernel.run('let kept = 1;');
  for (const code of [
    'console.log("on"); while (true) {}',
    'await 0; console.log("on"); while (true) {}',
    'console.log("on"); for (;;) await new Promise((go) => setTimeout(go, 20));',
    'console.log("on"); try { while (true) {} } finally { console.log("tidied"); }',
    'console.log("on"); setTimeout(() => { for (;;); }, 5); await new Promise(() => {});',
    'console.log("on"); ({ [Symbol.for("Jupyter.display")]() { for (;;); } })',
  ]) {
    const { ename, ms } = await interrupted(code);
    assert.equal(ename, 'KeyboardInterrupt', code);
    assert.ok(ms < 3000, `${code}: ${ms} ms`);
    const after = await kernel.run('kept += 1; kept');
    assert.equal(after.reply.status, 'ok', code);
  }
  assert.deepEqual(contents(await kernel.run('kept'), 'execute_result')[0]?.data, { 'text/plain': '7' });
});

test('startKernel(): the code of an interrupted cell does not go on', async () => {
  await kernel.run('const ticks = { count: 0 };');
  await interrupted(
    'console.log("on"); for (;;) { ticks.count++; await new Promise((go) => setTimeout(go, 5)); }',
  );
  const count = async () => contents(await kernel.run('ticks.count'), 'execute_result')[0]?.data;
  const before = await count();
  await wait(60);
  assert.deepEqual(await count(), before);
});

test('startKernel(): an interrupted loop that waits for others ends at its next await, in order', async () => {
  await kernel.run(`import { setTimeout as later } from 'node:timers/promises';
    const log: string[] = [];
    async function* endless() { try { for (let i = 0; ; i++) { await later(5); yield i; } } finally { log.push('tidy'); } }`);
  await interrupted("console.log('on'); for await (const i of endless()) log[0] = 'at ' + i;");
  await wait(100);
  const seen = async () => contents(await kernel.run('log.join()'), 'execute_result')[0]?.data;
  const then = await seen();
  assert.match(JSON.stringify(then), /at \d+,tidy/);
  await wait(60);
  assert.deepEqual(await seen(), then);
});

test('startKernel(): what code prints after an await goes to its own cell', async () => {
  const { published } = await kernel.run(
    "import { setTimeout as sleep } from 'node:timers/promises'; void (async () => { for (let i = 0; i < 4; i++) { await sleep(60); console.log('mine', i); } })();",
  );
  const id = published[0]!.parent.msg_id as string;
  const other = await kernel.run('await sleep(400); console.log("other");');
  assert.equal(streamText(other), 'other\n');
  const mine = kernel.publishedFor(id).filter(({ header }) => header.msg_type === 'stream');
  assert.equal(mine.map(({ content }) => content.text).join(''), 'mine 0\nmine 1\nmine 2\nmine 3\n');
});

test('startKernel(): an interrupt ends the timer of an earlier cell that blocks the kernel', async () => {
  const id = await kernel.sendCell("setInterval(() => { console.log('on'); for (;;); }, 20);");
  await kernel.until(() => kernel.publishedFor(id).some(({ header }) => header.msg_type === 'stream'));
  await kernel.send('interrupt_request', {}, { on: 'control' });
  await wait(500);
  assert.equal((await kernel.run('1')).reply.status, 'ok');
  await wait(100);
  assert.equal((await kernel.run('1')).reply.status, 'ok');
});

test('startKernel(): a cell with the interrupt signal ends in its own way', async () => {
  const { ename } = await interrupted(`
    import { interruptSignal } from 'voxlab';
    const { signal } = { signal: interruptSignal() };
    console.log('on');
    await new Promise((_, no) => signal.addEventListener('abort', () => no(new TypeError('ended in order'))));`);
  assert.equal(ename, 'TypeError');
});

test('prompt() and confirm() ask the reader, in every cell', async () => {
  const id = await kernel.sendCell("[prompt('name?'), confirm('go?')]");
  assert.deepEqual(await kernel.giveInput('Rontgen'), { prompt: 'name? ', password: false });
  await kernel.giveInput('y');
  assert.deepEqual(contents(await kernel.answer(id), 'execute_result')[0]?.data, {
    'text/plain': "[ 'Rontgen', true ]",
  });
});

test('ask(): the cell waits for the line that the reader types; an interrupt ends the wait', async () => {
  const id = await kernel.sendCell("import { ask } from 'voxlab'; const name = ask('name? '); name");
  assert.deepEqual(await kernel.giveInput('Rontgen'), { prompt: 'name? ', password: false });
  assert.deepEqual(contents(await kernel.answer(id), 'execute_result')[0]?.data, {
    'text/plain': "'Rontgen'",
  });
  const { ename } = await interrupted("console.log('on'); ask('never answered')");
  assert.equal(ename, 'KeyboardInterrupt');
  assert.match(String((await kernel.run("ask('x')", { allow_stdin: false })).reply.evalue), /takes no input/);
});

test('display(), liveDisplay() and clearOutput() arrive in the cell, updates also after it ended', async () => {
  const answered = await kernel.run(`
    import { clearOutput, display, liveDisplay } from 'voxlab';
    display({ 'text/html': '<b>x</b>', 'text/plain': 'x' }, { metadata: { 'text/html': { isolated: true } } });
    const live = liveDisplay();
    live.show({ 'text/plain': 'first' });
    clearOutput({ wait: true });
    setTimeout(() => live.show({ 'text/plain': 'second' }), 50);`);
  const [shown, first] = contents(answered, 'display_data');
  assert.deepEqual(shown, {
    data: { 'text/html': '<b>x</b>', 'text/plain': 'x' },
    metadata: { 'text/html': { isolated: true } },
    transient: {},
  });
  assert.deepEqual(contents(answered, 'clear_output'), [{ wait: true }]);
  const id = String(answered.published[0]?.parent.msg_id);
  const update = () =>
    kernel.publishedFor(id).find(({ header }) => header.msg_type === 'update_display_data');
  await kernel.until(() => update() !== undefined);
  assert.deepEqual(update()?.content.transient, first?.transient);
});

test('startKernel(): a timer of an earlier cell prints there', async () => {
  const first = await kernel.run("setTimeout(() => console.log('late'), 100);");
  const second = await kernel.run("await new Promise((go) => setTimeout(go, 200)); console.log('here');");
  assert.equal(streamText(second), 'here\n');
  const id = String(first.published[0]?.parent.msg_id);
  assert.equal(streamText({ reply: {}, published: kernel.publishedFor(id) }), 'late\n');
});

test('startKernel(): what child processes print is in the cell, in order with its own lines', async () => {
  const answered = await kernel.run(`
    import { execSync } from 'node:child_process';
    execSync('echo child; echo trouble >&2', { stdio: 'inherit' });`);
  assert.equal(streamText(answered), 'child\n');
  assert.equal(streamText(answered, 'stderr'), 'trouble\n');
});

test('startKernel(): late errors are shown in their cell, process.exit() is refused, and the kernel lives', async () => {
  const cell = await kernel.run(
    "setTimeout(() => { throw new TypeError('late'); }, 20); void Promise.reject(new Error('lost'));",
  );
  const id = String(cell.published[0]?.parent.msg_id);
  await kernel.run('await new Promise((go) => setTimeout(go, 100));');
  const shown = streamText({ reply: {}, published: kernel.publishedFor(id) }, 'stderr');
  assert.match(shown, /Uncaught .*TypeError.*late/);
  assert.match(shown, /Unhandled rejection .*Error.*lost/);
  assert.match(String((await kernel.run('process.exit(3)')).reply.evalue), /would end the kernel/);
  assert.equal((await kernel.run('1')).reply.status, 'ok');
});

test('openComm() and onCommOpen(): messages travel both ways with binary buffers', async () => {
  const opened = await kernel.run(`
    import { onCommOpen, openComm } from 'voxlab';
    const comm = openComm('viewer', { slice: 0 });
    comm.onMessage((data, buffers) => comm.send({ got: data.slice, bytes: buffers[0]!.length }, { buffers: [Uint8Array.of(7, 8)] }));
    onCommOpen('from-page', (c, data) => c.send({ hello: data.name }));`);
  const { comm_id } = contents(opened, 'comm_open')[0] as { comm_id: string };
  const id = await kernel.send(
    'comm_msg',
    { comm_id, data: { slice: 5 } },
    { buffers: [Uint8Array.of(1, 2, 3)] },
  );
  await kernel.until(() => kernel.isIdle(id));
  const answer = kernel.published.find(({ header }) => header.msg_type === 'comm_msg');
  assert.deepEqual(answer?.content, { comm_id, data: { got: 5, bytes: 3 } });
  assert.deepEqual([...answer!.buffers[0]!], [7, 8]);
  assert.equal(answer!.parent.msg_id, id, 'it answers the message, not the cell');
  const opening = await kernel.send('comm_open', {
    comm_id: 'page-1',
    target_name: 'from-page',
    data: { name: 'x' },
  });
  await kernel.until(() => kernel.isIdle(opening));
  assert.deepEqual(kernel.published.findLast(({ header }) => header.msg_type === 'comm_msg')?.content.data, {
    hello: 'x',
  });
});

test('startKernel(): values that cannot be sent or looked at are errors of their cell, and the kernel lives', async () => {
  const errorOf = async (code: string) => String((await kernel.run(code)).reply.evalue);
  await kernel.run('const cyclic: Record<string, unknown> = {}; cyclic.self = cyclic;');
  const display = "import { display } from 'voxlab';";
  assert.match(await errorOf(`${display} display({ 'application/json': cyclic })`), /circular structure/);
  assert.match(await errorOf("import { openComm } from 'voxlab'; openComm('t', { big: 1n })"), /BigInt/);
  assert.match(await errorOf("({ 'application/json': { big: 1n } })"), /BigInt/);
  await errorOf("throw new Proxy({}, { get() { throw new Error('looked at'); } })");
  await errorOf("({ [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('looked at'); } })");
  assert.deepEqual(contents(await kernel.run('cyclic'), 'execute_result')[0]?.data, {
    'text/plain': '<ref *1> { self: [Circular *1] }',
  });
});

test('startKernel(): silent code leaves the tracebacks of earlier cells as they are', async () => {
  const defined = await kernel.run('function thrower(): never {\n\n  throw new Error("in line 3");\n}');
  await kernel.run('const hidden = 1;\nconst other = 2;', { silent: true });
  const { reply } = await kernel.run('thrower()', { user_expressions: {} });
  const number = defined.reply.execution_count;
  assert.match((reply.traceback as string[]).join('\n'), new RegExp(`at thrower \\(cell\\[${number}\\]:3:9`));
});

test('startKernel(): completion answers while a cell waits', async () => {
  const id = await kernel.sendCell('await new Promise((go) => setTimeout(go, 1500));');
  await kernel.until(() => kernel.publishedFor(id).some(({ header }) => header.msg_type === 'execute_input'));
  const { reply } = await kernel.request('complete_request', { code: 'Math.trun', cursor_pos: 9 });
  assert.deepEqual(reply.matches, ['trunc']);
  assert.equal(kernel.isIdle(id), false);
  await kernel.answer(id);
});

test("startKernel(): Node's notes on experimental features do not show in cells", async () => {
  const answered = await kernel.run("const { File } = await import('h5wasm/node'); typeof File");
  assert.equal(streamText(answered, 'stderr'), '');
  assert.equal(kernel.log, '');
});

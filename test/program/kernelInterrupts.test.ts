import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Message } from '../../src/kernel/wire/protocol.js';
import { inRepository } from '../../src/paths.js';
import { contents, KernelClient, streamText } from '../kernel/kernelClient.js';

const kernel = await KernelClient.start();
after(() => kernel.stop());

const idOf = ({ published }: { published: readonly Message[] }): string =>
  String(published[0]?.parent.msg_id);
const printed = (id: string, name?: 'stderr'): string =>
  streamText({ reply: {}, published: kernel.publishedFor(id) }, name);

async function interruptOnce(id: string): Promise<void> {
  await kernel.until(() => kernel.publishedFor(id).some(({ header }) => header.msg_type === 'stream'));
  await kernel.send('interrupt_request', {}, { on: 'control' });
}

test('code that a cell leaves behind blocks the kernel right at its end: an interrupt gives it back', async () => {
  for (const value of ['', '; 5'])
    for (let turns = 0; turns < 8; turns++) {
      const id = await kernel.sendCell(
        `void (async () => { let turn = Promise.resolve(); for (let i = 0; i < ${turns}; i++) turn = turn.then(() => {}); await turn; console.log('on'); while (true) {} })()${value}`,
      );
      await interruptOnce(id);
      await kernel.answer(id, 5000);
      assert.equal((await kernel.answer(await kernel.sendCell('1'), 5000)).reply.status, 'ok');
    }
});

test('interrupts that arrive as a loop ends by itself: the kernel lives and answers', async () => {
  for (let ms = 164; ms < 200; ms++) {
    const id = await kernel.sendCell(
      `console.log('on'); { const end = Date.now() + ${ms}; while (Date.now() < end); }`,
    );
    await interruptOnce(id);
    await kernel.send('interrupt_request', {}, { on: 'control' });
    await kernel.answer(id, 5000);
    assert.equal((await kernel.answer(await kernel.sendCell('1'), 5000)).reply.status, 'ok', `${ms} ms`);
  }
});

test("an interrupt ends a timer of Node's own module, and the process lives", async () => {
  const id = await kernel.sendCell(
    "import { setTimeout as later } from 'node:timers'; later(() => { console.log('on'); while (true) {} }, 20);",
  );
  await interruptOnce(id);
  assert.equal((await kernel.answer(await kernel.sendCell('1'), 5000)).reply.status, 'ok');
});

test('an interrupt ends the listener of a widget: the kernel is idle, and answers no message any more', async () => {
  const shown = await kernel.run("import { slider } from 'voxlab'; const z = slider({ min: 0, max: 9 }); z");
  const listening = await kernel.run(
    "z.onChange((value) => { console.log('changed', value); if (value === 4) while (true) {} throw new Error('three'); });",
  );
  const { comm_id } = contents(shown, 'comm_open')[0] as { comm_id: string };
  const update = (value: number): Promise<string> =>
    kernel.send('comm_msg', { comm_id, data: { method: 'update', state: { value }, buffer_paths: [] } });
  await kernel.answerless(await update(3));
  assert.equal(
    printed(idOf(listening)),
    'changed 3\n',
    'in the cell that listens, not in that of the widget',
  );
  assert.ok(kernel.publishedFor(idOf(listening)).some(({ header }) => header.msg_type === 'error'));
  const blocked = await update(4);
  await kernel.until(() => printed(idOf(listening)).includes('changed 4'));
  await kernel.send('interrupt_request', {}, { on: 'control' });
  await kernel.answerless(blocked);
  const { published } = await kernel.run('z.value = 7;');
  assert.ok(published.some(({ header }) => header.msg_type === 'comm_msg'));
});

test('an interrupt ends the encoding of a huge value', async () => {
  await kernel.run("const huge = { 'text/html': '<'.repeat(100_000_000) };");
  const id = await kernel.sendCell("console.log('on'); huge");
  await interruptOnce(id);
  await kernel.answer(id, 30_000);
  assert.equal((await kernel.answer(await kernel.sendCell('1'), 5000)).reply.status, 'ok');
});

test('what code prints behind a loop, and a late error, belong to its cell', async () => {
  const first = await kernel.run(`import { setTimeout as nap } from 'node:timers/promises';
    async function* two() { for (let i = 0; i < 2; i++) { await nap(40); yield i; } }
    void (async () => { for await (const i of two()); console.log('ended'); })();
    void (async () => { for await (const i of two()) break; console.log('left'); })();
    void (async () => { await nap(150); throw new RangeError('late'); })();`);
  const second = await kernel.run("await nap(300); console.log('second');");
  await wait(50);
  assert.equal(printed(idOf(second)), 'second\n');
  assert.equal(printed(idOf(second), 'stderr'), '');
  assert.equal(printed(idOf(first)), 'left\nended\n');
  assert.match(printed(idOf(first), 'stderr'), /Unhandled rejection .*RangeError.*late/);
});

test('a local module whose top level was interrupted loads anew with the next import', async () => {
  const folder = inRepository('runs', `interrupted-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  after(() => rmSync(folder, { recursive: true }));
  const program =
    "export const first = 1; console.log('on'); while ((globalThis as { spin?: boolean }).spin !== false) {} export const last = 2;";
  writeFileSync(join(folder, 'half.ts'), program);
  const path = `../runs/${basename(folder)}/half.js`;
  const id = await kernel.sendCell(`(await import('${path}')).last`);
  await interruptOnce(id);
  assert.equal((await kernel.answer(id, 5000)).reply.ename, 'KeyboardInterrupt');
  const again = await kernel.run(
    `Object.assign(globalThis, { spin: false }); (await import('${path}')).last`,
  );
  assert.deepEqual(contents(again, 'execute_result')[0]?.data, { 'text/plain': '2' });
});

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createRandom } from '../../src/random.js';
import { contents, KernelClient } from '../kernel/kernelClient.js';

/**
 * Programs that wait in every way there is. Each notes in `log` that it has begun to wait, and in its `finally` that it has
 * tidied up: as many times as the last column says.
 */
const PROGRAMS: readonly (readonly [what: string, code: string, tidied: number])[] = [
  ['a timer', 'try { await sleep(60_000); } finally { tidy(); }', 1],
  ['a promise that never settles', 'try { await new Promise(() => {}); } finally { tidy(); }', 1],
  ['rounds of timers', 'try { for (;;) await sleep(3); } finally { tidy(); }', 1],
  [
    'rounds of microtasks and timers',
    'try { for (;;) { await null; await sleep(1); } } finally { tidy(); }',
    1,
  ],
  ['timers of Node', 'try { for (;;) await later(3); } finally { tidy(); }', 1],
  ['a timer of Node that repeats', 'try { for await (const _ of every(3)) ; } finally { tidy(); }', 1],
  [
    'a stream without data',
    'try { for await (const _ of new Readable({ read() {} })) ; } finally { tidy(); }',
    1,
  ],
  ['a stream of the web', 'try { for await (const _ of new ReadableStream()) ; } finally { tidy(); }', 1],
  ['a reader of a stream', 'try { await new ReadableStream().getReader().read(); } finally { tidy(); }', 1],
  ['an event', "try { await once(new EventEmitter(), 'never'); } finally { tidy(); }", 1],
  ['a child process', "try { await promisify(execFile)('sleep', ['2']); } finally { tidy(); }", 1],
  ['a generator', 'try { for await (const _ of steps(3)) ; } finally { tidy(); }', 2],
  ['a generator that waits for ever', 'try { for await (const _ of steps(1e9)) ; } finally { tidy(); }', 2],
  ['generators in one another', 'try { for await (const _ of through(steps(3))) ; } finally { tidy(); }', 3],
  ['delegated generators', 'try { for await (const _ of delegating()) ; } finally { tidy(); }', 3],
  [
    'workers side by side',
    'await Promise.all([1, 2, 3].map(async () => { try { for (;;) await sleep(3); } finally { tidy(); } }));',
    3,
  ],
  [
    'functions in one another',
    'const deep = async (n: number): Promise<void> => { try { if (n > 0) await deep(n - 1); else await sleep(1e6); } finally { tidy(); } }; await deep(4);',
    5,
  ],
  [
    'a `finally` that waits',
    'try { await sleep(1e6); } finally { await sleep(20); tidy(); await sleep(20); tidy(); }',
    2,
  ],
  [
    'a `catch` that throws anew',
    "try { await sleep(1e6); } catch (cause) { tidy(); throw Object.assign(new Error('stopped', { cause }), { name: 'KeyboardInterrupt' }); }",
    1,
  ],
  [
    'a class',
    'class Job { async run() { try { for (;;) await this.step(); } finally { tidy(); } } async step() { await sleep(2); } } await new Job().run();',
    1,
  ],
  [
    'a timer, holding something by `using`',
    '{ using held = { [Symbol.dispose]: tidy }; await using later = { async [Symbol.asyncDispose]() { await sleep(5); tidy(); } }; await sleep(1e6); }',
    2,
  ],
  ['a thenable', 'try { await ({ then() {} } as PromiseLike<void>); } finally { tidy(); }', 1],
  [
    'an import that takes long',
    "const url: string = 'data:text/javascript,await new Promise((go) => setTimeout(go, 3000))'; try { await import(url); } finally { tidy(); }",
    1,
  ],
];

const kernel = await KernelClient.start();
after(() => kernel.stop());
const random = createRandom(20);
const shown = async (code: string): Promise<unknown> =>
  (contents(await kernel.run(code), 'execute_result')[0]?.data as Record<string, unknown>)?.['text/plain'];

await kernel.run(`
  import { execFile } from 'node:child_process';
  import { EventEmitter, once } from 'node:events';
  import { Readable } from 'node:stream';
  import { setInterval as every, setTimeout as later } from 'node:timers/promises';
  import { promisify } from 'node:util';
  import { ReadableStream } from 'node:stream/web';
  let tidied = 0;
  let kept = 0;
  const tidy = () => { tidied++; };
  const sleep = (ms: number) => new Promise((go) => setTimeout(go, ms));
  async function* steps(ms: number) { try { for (let i = 0; ; i++) { await sleep(ms); yield i; } } finally { tidy(); } }
  async function* through(source: AsyncIterable<number>) { try { for await (const i of source) yield i; } finally { tidy(); } }
  async function* delegating() { try { yield* steps(2); } finally { tidy(); } }`);

for (const [what, code, expected] of PROGRAMS)
  test(`interrupt(): a cell that waits for ${what} ends in order within a second, and the state stays`, async () => {
    await kernel.run('tidied = 0; kept += 1;');
    const id = await kernel.sendCell(`console.log('on'); kept += 1;\n${code}`);
    await kernel.until(() => kernel.publishedFor(id).some(({ header }) => header.msg_type === 'stream'));
    await wait(30 * random.uniform());
    const from = Date.now();
    await kernel.send('interrupt_request', {}, { on: 'control' });
    const { reply } = await kernel.answer(id);
    // 1 s, and 2 for a machine with other things to do.
    assert.ok(Date.now() - from < 3000, `${Date.now() - from} ms`);
    assert.equal(reply.ename, 'KeyboardInterrupt');
    assert.equal(await shown('tidied'), String(expected));
  });

test('interrupt(): a cell that refuses the first stop ends at the second; a third cell runs as ever', async () => {
  const id = await kernel.sendCell(
    "let refused = 0; console.log('on'); for (;;) try { await sleep(5); } catch { refused++; }",
  );
  await kernel.until(() => kernel.publishedFor(id).some(({ header }) => header.msg_type === 'stream'));
  await kernel.send('interrupt_request', {}, { on: 'control' });
  await wait(300);
  assert.equal(kernel.isIdle(id), false);
  await kernel.send('interrupt_request', {}, { on: 'control' });
  assert.equal((await kernel.answer(id)).reply.ename, 'KeyboardInterrupt');
  assert.equal(await shown('refused'), '1');
  assert.equal(await shown('await sleep(5); kept'), String(2 * PROGRAMS.length));
});

test('interrupt(): a cell that catches the stop and comes to its end has not failed, as in Python', async () => {
  const id = await kernel.sendCell(
    "console.log('on'); try { await sleep(1e6); } catch (error) { String(error); } 'done'",
  );
  await kernel.until(() => kernel.publishedFor(id).some(({ header }) => header.msg_type === 'stream'));
  await kernel.send('interrupt_request', {}, { on: 'control' });
  const answered = await kernel.answer(id);
  assert.equal(answered.reply.status, 'ok');
  assert.deepEqual(contents(answered, 'execute_result')[0]?.data, { 'text/plain': "'done'" });
});

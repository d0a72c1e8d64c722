import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { type Answered, contents, KernelClient, streamText } from '../kernel/kernelClient.js';

/** A notebook far from any project. */
const folder = mkdtempSync(join(tmpdir(), 'voxlab-manners-'));
const FILES: Readonly<Record<string, string>> = {
  'lib.js': "export function twice(n = 1) { return n * 2; }\nexport const table = { a: 1, 'b-c': 'x' };\n",
  'common.cjs': 'module.exports = { thrice(n) { return n * 3; } };\n',
  'rows.json': '{ "list": [1, 2] }\n',
  'my.ts':
    "export const mine: number = 4;\nexport function boom(): never {\n  throw new Error('of mine', { cause: new TypeError('deep') });\n}\n",
  'node_modules/untyped/package.json': '{ "name": "untyped", "main": "index.js" }',
  'node_modules/untyped/index.js': "exports.hello = (name) => 'hello ' + name;\n",
};
for (const [name, text] of Object.entries(FILES)) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}
const kernel = await KernelClient.start({ cwd: folder });
after(async () => {
  await kernel.stop();
  rmSync(folder, { recursive: true });
});

const shown = (answered: Answered): unknown => {
  const data = contents(answered, 'execute_result')[0]?.data as Record<string, string> | undefined;
  return data?.['text/plain'];
};
const result = async (code: string): Promise<unknown> => shown(await kernel.run(code));
const refusal = async (code: string): Promise<string> => String((await kernel.run(code)).reply.evalue);

/** Interrupts a cell as often as said, each time when it has printed once more. */
async function interrupted(code: string, times = 1): Promise<Answered> {
  const id = await kernel.sendCell(code);
  const prints = (): number =>
    streamText({ reply: {}, published: kernel.publishedFor(id) }).split('\n').length - 1;
  for (let time = 1; time <= times; time++) {
    await kernel.until(() => prints() >= time);
    await kernel.send('interrupt_request', {}, { on: 'control' });
  }
  return kernel.answer(id, 20_000);
}

test('an interrupt lets catch and finally of a waiting cell run, and what they wait for comes', async () => {
  const caught = await interrupted(`console.log('on');
try { await new Promise((done) => setTimeout(done, 60_000)); }
catch (error) { console.log((error as Error).name); }
finally { await new Promise((done) => setTimeout(done, 200)); console.log('tidied'); }`);
  assert.equal(streamText(caught), 'on\nKeyboardInterrupt\ntidied\n');
  assert.equal(caught.reply.status, 'ok');
});

test('an interrupt lets catch and finally of loops run that never wait, in cells and own functions', async () => {
  const caught = await interrupted(
    "console.log('on'); try { while (true) {} } catch (error) { console.log((error as Error).name); } finally { console.log('finally'); } 'went on'",
  );
  assert.equal(streamText(caught), 'on\nKeyboardInterrupt\nfinally\n');
  assert.equal(shown(caught), "'went on'");
  const nested = await interrupted(`function spin(): void {
  try { for (;;) Math.random(); } finally { console.log('inner'); }
}
console.log('on'); try { spin(); } finally { await new Promise((done) => setTimeout(done, 100)); console.log('outer'); }`);
  assert.equal(streamText(nested), 'on\ninner\nouter\n');
  assert.equal(nested.reply.ename, 'KeyboardInterrupt');
  assert.match((nested.reply.traceback as string[]).join('\n'), /at spin \(cell\[\d+\]:2:\d+\)/);
});

test('a second interrupt ends a loop that catches the first', async () => {
  const ended = await interrupted(
    "console.log('on'); for (;;) { try { while (true) {} } catch { console.log('again'); } }",
    2,
  );
  assert.equal(ended.reply.ename, 'KeyboardInterrupt');
  assert.equal(await result('1 + 1'), '2');
});

test('completion inside of quotes replaces what is typed: paths, packages, unions of texts, keys', async () => {
  const completed = async (marked: string): Promise<string[]> => {
    const at = marked.indexOf('|');
    const code = marked.replace('|', '').replaceAll('@', '|');
    const { reply } = await kernel.request('complete_request', { code, cursor_pos: at });
    const { matches, cursor_start, cursor_end } = reply as unknown as {
      matches: string[];
      cursor_start: number;
      cursor_end: number;
    };
    return matches.map((match) => code.slice(0, cursor_start) + match + code.slice(cursor_end));
  };
  assert.deepEqual(await completed("import { twice } from './l|ib.js'"), [
    "import { twice } from './lib.js'",
  ]);
  assert.deepEqual(await completed("import * as v from 'vox|'"), [
    "import * as v from 'voxlab'",
    "import * as v from 'voxlab/hdf5'",
    "import * as v from 'voxlab/kernel'",
    "import * as v from 'voxlab/tensorflow'",
  ]);
  assert.deepEqual(await completed("let x: 'alpha' @ 'beta-x' = 'be|'"), [
    "let x: 'alpha' | 'beta-x' = 'beta-x'",
  ]);
  await kernel.run("const keyed = { 'be-ta': 1, gamma: 2 };");
  assert.deepEqual(await completed("keyed['be|']"), ["keyed['be-ta']"]);
  assert.deepEqual(await completed('keyed.be|'), ['keyed["be-ta"]']);
});

test("stacks that are printed, logged, shown and thrown hold lines of the cell and of own modules, none of the kernel's", async () => {
  await kernel.run("const fail = () => { throw new Error('inside', { cause: new TypeError('why') }); };");
  const seen = [
    streamText(await kernel.run('try { fail(); } catch (error) { console.log((error as Error).stack); }')),
    streamText(await kernel.run('try { fail(); } catch (error) { console.error(error); }'), 'stderr'),
    String(await result('let kept: unknown; try { fail(); } catch (error) { kept = error; }\nkept')),
    ((await kernel.run('fail()')).reply.traceback as string[]).join('\n'),
    ((await kernel.run("import { boom } from './my.ts'; boom()")).reply.traceback as string[]).join('\n'),
    (
      (await kernel.run('await Promise.any([1, 2].map(async () => fail()))')).reply.traceback as string[]
    ).join('\n'),
    String(await result("new AggregateError([new Error('one')], 'many')")),
  ];
  for (const text of seen) {
    assert.match(text, /at .*(cell\[\d+\]|my\.ts):\d+:\d+/);
    assert.doesNotMatch(text, /dist\/|node:internal|node:vm|__voxlab/);
  }
  for (const text of seen.slice(1, 5)) assert.match(text, /(why|deep)[\s\S]*at /);
  assert.match(seen[4]!, /my\.ts:3:9/);
  assert.match(seen[5]!, /error 1: Error: inside[\s\S]*error 2: Error: inside/);
});

test('own JavaScript has the types that TypeScript reads out of it; CommonJS, JSON and packages without types are imported, too', async () => {
  assert.equal(await result("import { twice, table } from './lib.js'; twice(4)"), '8');
  assert.match(
    await refusal('const wrong: string = twice(3);'),
    /'number' is not assignable to type 'string'/,
  );
  assert.match(await refusal('table.nothing'), /Property 'nothing' does not exist/);
  assert.equal(await result("import common from './common.cjs'; common.thrice(3)"), '9');
  assert.equal(await result("import { thrice } from './common.cjs'; thrice(4)"), '12');
  assert.equal(await result("import { list } from './rows.json'; list.length"), '2');
  assert.equal(await result("import { hello } from 'untyped'; hello('x')"), "'hello x'");
  assert.equal(await result("import { readVolume } from 'voxlab'; typeof readVolume"), "'function'");
});

test('a name that leads nowhere says what to write instead', async () => {
  assert.match(
    await refusal("import { mine } from 'my.ts'"),
    /a file is named by its path: from '\.\/my\.ts'/,
  );
  assert.match(await refusal("import d from './rows'; d"), /but rows\.json: from '\.\/rows\.json'/);
  assert.match(await refusal("import d from './Rows.JSON'; d"), /but rows\.json: from '\.\/rows\.json'/);
  assert.match(
    await refusal("import './none.ts'"),
    /there is no .*none\.ts; .* holds common\.cjs, lib\.js, my\.ts, rows\.json/,
  );
  assert.match(await refusal("const at = './none.js'; await import(at)"), /paths count from/);
  assert.match(
    await refusal("import x from 'absent'; x"),
    /no package absent in .*: npm install absent there/,
  );
});

test('an open bracket or quote is named with its place', async () => {
  assert.match(await refusal('const a = [1, 2;'), /^1:16 - .*; the \[ at 1:11 is not closed/);
  assert.match(await refusal("console.log('x'\nconst y = 1;"), /the \( at 1:12 is not closed/);
  assert.match(await refusal('function f() {\n  if (true) {\n    f();\n'), /for the '\{' at 2:13/);
  assert.match(await refusal('const s = `abc\n\n'), /the ` at 1:11 is not closed/);
});

test("shift-tab inside of a call's brackets shows the call, with the argument at the cursor", async () => {
  const code = 'Math.max(1, ';
  const { reply } = await kernel.request('inspect_request', {
    code,
    cursor_pos: code.length,
    detail_level: 0,
  });
  assert.match(
    (reply.data as Record<string, string>)['text/plain']!,
    /^max\(\.\.\.values: number\[\]\): number\nparameter 1/,
  );
});

test('tables and tensors come as HTML with their size, escaped, and as text', async () => {
  const bundles = contents(
    await kernel.run(`import { display, tf } from 'voxlab';
display([{ name: '<img src=x onerror=alert(1)>', value: 1 }, { name: 'b', value: 2 }]);
console.table([{ name: '<script>', value: 1 }]);
display(tf.tensor2d([[1, 2, 3], [4, 5, 6]]));
display(new Float32Array(1000).fill(2));`),
    'display_data',
  ).map(({ data }) => data as Record<string, string>);
  const [records, table, matrix, array] = bundles;
  assert.match(records!['text/html']!, /&lt;img src=x[\s\S]*2 rows x 2 columns/);
  assert.match(table!['text/html']!, /&lt;script&gt;[\s\S]*1 row x 2 columns/);
  assert.match(table!['text/plain']!, /│ 0 +│ '<script>' │ 1 +│/);
  for (const { 'text/html': html } of [records!, table!]) assert.doesNotMatch(html!, /<img|<script>[^(]/);
  assert.match(matrix!['text/html']!, /Tensor float32 \[2, 3\][\s\S]*2 rows x 3 columns/);
  assert.equal(matrix!['text/plain'], 'Tensor float32 [2, 3]\n[ [ 1, 2, 3 ], [ 4, 5, 6 ] ]');
  assert.match(array!['text/plain']!, /^Float32Array\(1000\) .*\(min 2, max 2, mean 2\)$/);
});

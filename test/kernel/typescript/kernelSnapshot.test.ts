import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { keptCompiler, seeToSnapshot } from '../../../src/kernel/typescript/kernelSnapshot.js';
import { inPackage, REPOSITORY_ROOT } from '../../../src/paths.js';
import { contents, KernelClient, streamText } from '../kernelClient.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-snapshot-'));
after(() => rmSync(folder, { recursive: true }));

/** A program in place of Node. Written once: by its times startKernel.sh knows it. */
const node = join(folder, 'node');
writeFileSync(
  node,
  '#!/bin/sh\necho "$*"\necho "$VOXLAB_SNAPSHOT"\necho "$MALLOC_ARENA_MAX $VOXLAB_ARENAS"\n',
  { mode: 0o755 },
);

/** What startKernel.sh starts it with. */
function started(options: NodeJS.ProcessEnv = {}): { words: string; wanted: string; arenas: string } {
  const { NODE_OPTIONS: _, ...environment } = process.env;
  const said = execFileSync(
    '/bin/sh',
    [inPackage('src', 'kernel', 'notebooks', 'startKernel.sh'), node, folder, 'a', 'b c'],
    {
      encoding: 'utf8',
      env: { ...environment, ...options },
    },
  );
  const [words, wanted, arenas] = said.split('\n');
  return { words: words!, wanted: wanted!, arenas: arenas! };
}

test('startKernel.sh takes a snapshot of this very Node, where there is one, and once only while no kernel has come up', () => {
  const { words, wanted } = started();
  assert.equal(words, 'a b c');
  assert.match(wanted, /\/kernel-\d+\.blob$/);
  writeFileSync(wanted, '');
  assert.equal(started().words, `--snapshot-blob ${wanted} a b c`);
  assert.equal(started().words, 'a b c', 'the one before has not come up');
  process.env.VOXLAB_SNAPSHOT = wanted;
  seeToSnapshot(REPOSITORY_ROOT, true);
  assert.equal(process.env.VOXLAB_SNAPSHOT, undefined);
  assert.equal(started().words, `--snapshot-blob ${wanted} a b c`);
  const { arenas, ...plain } = started({ NODE_OPTIONS: '--no-warnings' });
  assert.deepEqual(plain, { words: 'a b c', wanted: '' });
  assert.equal(arenas, '2 set');
});

test('startKernel.sh leaves a setting of the C library as it finds it', () => {
  assert.equal(started({ MALLOC_ARENA_MAX: '7' }).arenas, '7 ');
});

test('keptCompiler() has none in a process that did not start from a snapshot', () => {
  assert.equal(keptCompiler(REPOSITORY_ROOT), undefined);
});

test('seeToSnapshot() makes a snapshot, from which a kernel starts, checks, completes, imports and is interrupted', async () => {
  const blob = join(folder, 'made.blob');
  process.env.VOXLAB_SNAPSHOT = blob;
  seeToSnapshot(REPOSITORY_ROOT, false, 0);
  for (let tries = 0; !existsSync(blob) && tries < 3000; tries++) await wait(100);
  assert.ok(statSync(blob).size > 10e6);
  assert.ok(!readdirSync(folder).includes('made.blob.making'));

  const kernel = await KernelClient.start({ flags: ['--snapshot-blob', blob] });
  try {
    const resultOf = async (code: string) => contents(await kernel.run(code), 'execute_result')[0]?.data;
    assert.deepEqual(await resultOf('const n: number = 20; n + 1'), { 'text/plain': '21' });
    assert.match(String((await kernel.run('const text: string = n;')).reply.evalue), /TS2322/);
    // Node's own modules are whole: console.Console, for one, is lost in a snapshot.
    const names = `import { builtinModules, createRequire } from 'node:module';
const load = createRequire(${JSON.stringify(inPackage('package.json'))});
for (const name of builtinModules) {
  const found: Record<string, unknown> = load(name);
  console.log(name, Object.keys(found).sort().map((key) => key.startsWith('_') || typeof found[key]).join());
}`;
    const plain = await KernelClient.start();
    const expected = streamText(await plain.run(names));
    await plain.stop();
    assert.match(expected, /^console .*function/m);
    assert.equal(streamText(await kernel.run(names)), expected);
    assert.deepEqual(
      await resultOf(
        "import { messageOf } from 'voxlab'; import { sep } from 'node:path'; messageOf(new Error(sep))",
      ),
      { 'text/plain': "'/'" },
    );
    assert.deepEqual(await resultOf("(await import('node:os')).EOL.length"), { 'text/plain': '1' });
    const { reply } = await kernel.request('complete_request', { code: 'Math.ab', cursor_pos: 7 });
    assert.deepEqual(reply.matches, ['abs']);
    const id = await kernel.sendCell("console.log('runs'); for (;;);");
    await kernel.until(() => kernel.publishedFor(id).some(({ header }) => header.msg_type === 'stream'));
    await kernel.send('interrupt_request', {}, { on: 'control' });
    assert.equal((await kernel.answer(id)).reply.ename, 'KeyboardInterrupt');
    assert.deepEqual(await resultOf('n'), { 'text/plain': '20' });
  } finally {
    await kernel.stop();
  }
  const elsewhere = mkdtempSync(join(tmpdir(), 'voxlab-other-root-'));
  writeFileSync(join(elsewhere, 'package.json'), '{}');
  const other = await KernelClient.start({ flags: ['--snapshot-blob', blob], cwd: elsewhere });
  try {
    assert.deepEqual(contents(await other.run('process.cwd()'), 'execute_result')[0]?.data, {
      'text/plain': `'${elsewhere}'`,
    });
  } finally {
    await other.stop();
    rmSync(elsewhere, { recursive: true });
  }
});

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import {
  keptCompiler,
  makeSnapshot,
  SNAPSHOT_OPTIONS,
  seeToSnapshot,
} from '../../../src/kernel/typescript/kernelSnapshot.js';
import { inPackage, REPOSITORY_ROOT } from '../../../src/paths.js';
import { contents, KernelClient, streamText } from '../kernelClient.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-snapshot-'));
after(() => rmSync(folder, { recursive: true }));

/** A program in place of Node. Written once: by its times startKernel.sh knows it. */
const node = join(folder, 'node');
writeFileSync(
  node,
  '#!/bin/sh\necho "$*"\necho "$VOXLAB_SNAPSHOT"\necho "$MALLOC_ARENA_MAX $GLIBC_TUNABLES; $VOXLAB_ALLOCATION"\n',
  { mode: 0o755 },
);

/** What startKernel.sh starts it with. */
function started(options: NodeJS.ProcessEnv = {}): { words: string; wanted: string; allocation: string } {
  const {
    NODE_OPTIONS: _,
    MALLOC_ARENA_MAX: _arenas,
    GLIBC_TUNABLES: _tunables,
    ...environment
  } = process.env;
  const said = execFileSync(
    '/bin/sh',
    [inPackage('src', 'kernel', 'notebooks', 'startKernel.sh'), node, folder, 'a', 'b c'],
    {
      encoding: 'utf8',
      env: { ...environment, ...options },
    },
  );
  const [words, wanted, allocation] = said.split('\n');
  return { words: words!, wanted: wanted!, allocation: allocation! };
}

test('startKernel.sh takes a snapshot of this very Node, where there is one, and once only while no kernel has come up', () => {
  const { words, wanted } = started();
  assert.equal(words, 'a b c');
  assert.match(wanted, /\/kernel-\d+\.blob$/);
  writeFileSync(wanted, '');
  const fromSnapshot = `${SNAPSHOT_OPTIONS.join(' ')} --snapshot-blob ${wanted} a b c`;
  assert.equal(started().words, fromSnapshot);
  assert.equal(started().words, 'a b c', 'the one before has ended and had not come up');
  const [ended] = triedFor(wanted);
  renameSync(join(folder, ended!), `${wanted}.tried.${process.pid}`);
  process.env.VOXLAB_SNAPSHOT = wanted;
  seeToSnapshot(REPOSITORY_ROOT, true);
  assert.equal(process.env.VOXLAB_SNAPSHOT, undefined);
  assert.deepEqual(triedFor(wanted), []);
  assert.equal(started().words, fromSnapshot);
  const { allocation, ...plain } = started({ NODE_OPTIONS: '--no-warnings' });
  assert.deepEqual(plain, { words: 'a b c', wanted: '' });
  assert.equal(allocation, '2 glibc.malloc.hugetlb=1; MALLOC_ARENA_MAX GLIBC_TUNABLES');
});

test('seeToSnapshot() leaves a snapshot that was made meanwhile, or is come up from, and none with which a kernel has ended', () => {
  const { wanted } = started();
  const see = (): boolean => {
    process.env.VOXLAB_SNAPSHOT = wanted;
    seeToSnapshot(REPOSITORY_ROOT, false, 1e8);
    return existsSync(wanted);
  };
  for (const kernel of triedFor(wanted)) rmSync(join(folder, kernel));
  writeFileSync(wanted, '');
  assert.ok(see());
  writeFileSync(`${wanted}.tried.${process.ppid}`, '');
  assert.ok(see());
  const { pid } = spawnSync('true');
  writeFileSync(`${wanted}.tried.${pid}`, '');
  assert.ok(!see());
  writeFileSync(wanted, '');
  writeFileSync(`${wanted}.tried.${process.pid}`, '');
  assert.ok(!see(), 'this one has found it to be of an earlier build');
  assert.deepEqual(triedFor(wanted), [`${basename(wanted)}.tried.${process.ppid}`]);
  rmSync(`${wanted}.tried.${process.ppid}`);
});

test('kernels that start at the same moment all start from the snapshot', () => {
  const { wanted } = started();
  writeFileSync(wanted, '');
  writeFileSync(`${wanted}.tried.${process.pid}`, '');
  assert.match(started().words, /--snapshot-blob/);
  const [ended] = triedFor(wanted).filter((name) => !name.endsWith(`.${process.pid}`));
  assert.match(ended!, /\.tried\.\d+$/);
  assert.equal(started().words, 'a b c');
  for (const kernel of triedFor(wanted)) rmSync(join(folder, kernel));
  rmSync(wanted);
});

test('seeToSnapshot() goes without where it may not write', () => {
  process.env.VOXLAB_SNAPSHOT = join(folder, 'is not there', 'kernel-1.blob');
  seeToSnapshot(REPOSITORY_ROOT, false, 0);
  assert.equal(process.env.VOXLAB_SNAPSHOT, undefined);
});

function triedFor(snapshot: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith(`${basename(snapshot)}.tried.`));
}

test('startKernel.sh leaves a setting of the C library as it finds it', () => {
  const { allocation } = started({ MALLOC_ARENA_MAX: '7', GLIBC_TUNABLES: 'glibc.malloc.check=1' });
  assert.equal(allocation, '7 glibc.malloc.check=1; ');
  assert.match(started({ MALLOC_ARENA_MAX: '7' }).allocation, /^7 glibc.malloc.hugetlb=1; +GLIBC_TUNABLES$/);
});

test('keptCompiler() has none in a process that did not start from a snapshot', () => {
  assert.equal(keptCompiler(REPOSITORY_ROOT), undefined);
});

test('makeSnapshot() gives no kernel a snapshot that fails its trial, and does not make it again', async () => {
  const fails = join(folder, 'fails.cjs');
  writeFileSync(fails, 'process.abort();');
  const blob = join(folder, 'bad.blob');
  await makeSnapshot(blob, REPOSITORY_ROOT, fails);
  const left = (): string[] => readdirSync(folder).filter((name) => name.startsWith('bad.blob'));
  assert.deepEqual(left(), ['bad.blob.refused']);
  await makeSnapshot(blob, REPOSITORY_ROOT);
  assert.deepEqual(left(), ['bad.blob.refused']);
  writeFileSync(`${blob}.refused`, 'of an earlier build');
  writeFileSync(fails, "process.kill(process.pid, 'SIGTERM');");
  await makeSnapshot(blob, REPOSITORY_ROOT, fails);
  assert.equal(readFileSync(`${blob}.refused`, 'utf8'), 'of an earlier build', 'stopped from without');
});

test('seeToSnapshot() makes a snapshot, from which a kernel starts, checks, completes, imports and is interrupted', async () => {
  const blob = join(folder, 'made.blob');
  process.env.VOXLAB_SNAPSHOT = blob;
  seeToSnapshot(REPOSITORY_ROOT, false, 0);
  for (let tries = 0; !existsSync(blob) && tries < 3000; tries++) await wait(100);
  assert.ok(statSync(blob).size > 10e6);
  assert.ok(!readdirSync(folder).includes('made.blob.making'));

  const kernel = await KernelClient.start({ flags: [...SNAPSHOT_OPTIONS, '--snapshot-blob', blob] });
  try {
    assert.equal(kernel.log, '');
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
    const table = await kernel.run('console.table([{ name: "a", value: 1 }])');
    const [shown] = contents(table, 'display_data') as { data: Record<string, unknown> }[];
    assert.match(String(shown?.data['text/html']), /<table/);
    // On Node 22 and 24 a thread ends the process with a module that is in its snapshot.
    const inThread = `import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
const text = "const { builtinModules } = require('node:module'); for (const name of builtinModules) try { require(name); } catch {} require('node:worker_threads').parentPort.postMessage('all');";
await once(new Worker(text, { eval: true, execArgv: ['--no-warnings'] }), 'message')`;
    assert.deepEqual(await resultOf(inThread), { 'text/plain': "[ 'all' ]" });
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
  const other = await KernelClient.start({
    flags: [...SNAPSHOT_OPTIONS, '--snapshot-blob', blob],
    cwd: elsewhere,
  });
  try {
    assert.deepEqual(contents(await other.run('process.cwd()'), 'execute_result')[0]?.data, {
      'text/plain': `'${elsewhere}'`,
    });
  } finally {
    await other.stop();
    rmSync(elsewhere, { recursive: true });
  }
});

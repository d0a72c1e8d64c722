import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { entriesIn, withFile } from '../../../src/volumes/voxels/inputFile.js';

// Files whose file system hangs: test/program/hangingFiles.test.ts.

const folder = mkdtempSync(join(tmpdir(), 'voxlab-input-'));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

test('withFile() reads from any byte on, fewer at the end, and all at once', async () => {
  writeFileSync(at('file'), 'abcdef');
  const read = await withFile(at('file'), async (file) => {
    const some = Buffer.alloc(4);
    const counts = [
      await file.read(some, 1),
      await file.read(Buffer.alloc(4), 4),
      await file.read(Buffer.alloc(1), 6),
    ];
    return [
      some.toString(),
      counts,
      (await file.stat()).size,
      `${await file.content()} ${await file.content(2)}`,
    ];
  });
  assert.deepEqual(read, ['bcde', [4, 2, 0], 6, 'abcdef ab']);
});

test('withFile() refuses what is no file before it is opened, and names what the system refuses', async () => {
  assert.equal(spawnSync('mkfifo', [at('pipe')]).status, 0);
  symlinkSync('/dev/zero', at('device'));
  symlinkSync(at('loop'), at('loop'));
  const content = (name: string) => withFile(at(name), (file) => file.content());
  for (const [name, reason] of [
    ['pipe', /expected a file, found a pipe or a device/],
    ['device', /expected a file, found a pipe or a device/],
    ['none', /none: expected a file, found nothing: see that its path is right/],
    ['loop', /loop: expected a file that can be read \(ELOOP/],
    ['.', /expected a file that can be read \(EISDIR/],
  ] as const)
    await assert.rejects(
      content(name),
      (error) => error instanceof InputError && reason.test(error.message),
      name,
    );
});

test('withFile() leaves no file open, whatever becomes of its use', async () => {
  // Those of this file alone: the test runner opens files of its own.
  const open = (): number =>
    readdirSync('/proc/self/fd').filter((fd) => linkOf(`/proc/self/fd/${fd}`) === at('file')).length;
  for (let i = 0; i < 20; i++) {
    await withFile(at('file'), (file) => file.content());
    await assert.rejects(
      withFile(at('file'), () => Promise.reject(new InputError('x', 'no'))),
      /^InputError: x: no$/,
    );
  }
  assert.equal(open(), 0);
  assert.equal(await withFile(at('file'), async () => open()), 1, 'it would be seen');
});

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

test('entriesIn() gives what lies in a folder by name, and names what is none', () => {
  for (const name of ['b', 'a', 'c']) writeFileSync(at(`in ${name}`), '');
  assert.deepEqual(
    entriesIn(folder)
      .map(({ name }) => name)
      .filter((name) => name.startsWith('in ')),
    ['in a', 'in b', 'in c'],
  );
  assert.throws(
    () => entriesIn(at('in a')),
    /^InputError: .*in a: expected a folder that can be read \(ENOTDIR: not a directory\)$/,
  );
});

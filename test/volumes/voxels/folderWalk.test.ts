import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { walkFolders } from '../../../src/volumes/voxels/folderWalk.js';

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-walk-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('walkFolders() gives a folder before those below it, by name; each folder and file once, whatever links lead to it', (t) => {
  const root = folderOf(t);
  for (const folder of ['b/c', 'a', '.hidden', 'lost+found'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const file of [
    'z.xml',
    'a.txt',
    'a/2.xml',
    'a/1.xml',
    'b/c/3.xml',
    '.hidden/4.xml',
    'lost+found/5.xml',
  ])
    writeFileSync(join(root, file), '');
  symlinkSync(root, join(root, 'b', 'round'));
  symlinkSync(join(root, 'a', '1.xml'), join(root, 'b', 'again.xml'));
  symlinkSync('/no/such.xml', join(root, 'b', 'lost.xml'));
  symlinkSync('/no/such.txt', join(root, 'b', 'lost.txt'));
  const walked = [...walkFolders(root, (name) => name.endsWith('.xml'))].map((each) =>
    'files' in each ? [each.folder, ...each.files].map((path) => relative(root, path)) : each,
  );
  assert.deepEqual(walked, [
    ['', 'z.xml'],
    ['a', 'a/1.xml', 'a/2.xml'],
    ['b', 'b/lost.xml'],
    ['b/c', 'b/c/3.xml'],
  ]);
});

test('walkFolders() names a folder below that cannot be opened, and goes on; the first one is an error', (t) => {
  const root = folderOf(t);
  mkdirSync(join(root, 'z'));
  // As an old CD has it: a name in Latin-1.
  mkdirSync(Buffer.concat([Buffer.from(`${root}/M`), Buffer.from([0xdc])]));
  const walked = [...walkFolders(root, () => true)];
  assert.match(JSON.stringify(walked[1]), /the name of the folder is not UTF-8: rename it/);
  assert.deepEqual(walked[2], { folder: join(root, 'z'), files: [] });
  assert.throws(() => [...walkFolders(join(root, 'none'), () => true)]);
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { dicomFilesIn, findDicomFolders } from '../../src/volumes/dicomFolder.js';
import { dicomBytes, noise, SERIES_UID, series, sliceTags, type Tags, writeSlices } from './dicomFixture.js';

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-dicom-folder-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const ofSeries = (uid: string): Record<string, Tags> => series(2, () => ({ '0020,000E': uid }));

test('findDicomFolders() finds series in any nesting, also in the folder itself and behind links, each once', (t) => {
  const root = folderOf(t);
  writeSlices(root, ofSeries('1.1'));
  writeSlices(join(root, 'patient', 'study', 'series'), ofSeries('1.2'));
  writeSlices(join(root, 'patient', 'study'), ofSeries('1.3'));
  symlinkSync(root, join(root, 'patient', 'round-and-round'));
  const elsewhere = folderOf(t);
  writeSlices(elsewhere, ofSeries('1.4'));
  symlinkSync(elsewhere, join(root, 'link'));
  mkdirSync(join(root, 'empty', 'empty'), { recursive: true });
  assert.deepEqual(
    findDicomFolders(root).map(({ seriesUid, folder }) => [seriesUid, relative(root, folder)]),
    [
      ['1.1', ''],
      ['1.4', 'link'],
      ['1.3', 'patient/study'],
      ['1.2', 'patient/study/series'],
    ],
  );
});

test('dicomFilesIn() takes .dcm, and files without an ending that hold the mark; no DICOMDIR, no hidden file', (t) => {
  const folder = folderOf(t);
  const slice = sliceTags(1, noise('one'));
  const names = ['b.dcm', 'A.DCM', 'IM001', '1.2.840.7', 'DICOMDIR', '.hidden.dcm', 'c.raw', 'd.xml'];
  writeSlices(folder, Object.fromEntries(names.map((name) => [name, slice])));
  writeFileSync(join(folder, 'README'), 'no mark');
  mkdirSync(join(folder, 'folder.dcm'));
  symlinkSync('/no/such.dcm', join(folder, 'lost.dcm'));
  assert.deepEqual(
    dicomFilesIn(folder).map((file) => basename(file)),
    ['1.2.840.7', 'A.DCM', 'IM001', 'b.dcm', 'lost.dcm'],
  );
});

test('findDicomFolders() opens no file that is no candidate', (t) => {
  const folder = folderOf(t);
  // Opening a pipe that nobody writes to waits forever.
  const pipes = ['1.3.6.mhd', '1.3.6.raw', 'pipe.dcm', 'pipe'].map((name) => join(folder, name));
  assert.equal(spawnSync('mkfifo', pipes).status, 0);
  assert.deepEqual(findDicomFolders(folder), []);
});

test('findDicomFolders() names both uids of a folder with two series, and one without a readable slice', (t) => {
  const root = folderOf(t);
  const mixed = join(root, 'mixed');
  writeSlices(mixed, {
    'a.dcm': sliceTags(1, noise('a')),
    'b.dcm': sliceTags(2, noise('b'), { '0020,000E': '1.2.3' }),
  });
  assert.throws(
    () => findDicomFolders(root),
    /mixed: expected the slices of one series, found series 1\.2\.826\S+ \(\S+a\.dcm\) and 1\.2\.3 \(\S+b\.dcm\); give each/,
  );
  rmSync(join(mixed, 'a.dcm'));
  writeFileSync(join(mixed, 'a.dcm'), 'junk');
  assert.equal(findDicomFolders(root)[0]!.seriesUid, '1.2.3');
  rmSync(join(mixed, 'b.dcm'));
  assert.throws(() => findDicomFolders(root), /mixed: expected DICOM slices with a SeriesInstanceUID/);
});

test('findDicomFolders() finds a uid that lies behind long private tags', (t) => {
  const folder = folderOf(t);
  for (const length of [3000, 5000, 200_000]) {
    const tags = sliceTags(1, noise('a'), { '0009,1001': Buffer.alloc(length) });
    writeFileSync(join(folder, 'a.dcm'), dicomBytes(tags, 'implicit'));
    assert.equal(findDicomFolders(folder)[0]!.seriesUid, SERIES_UID);
  }
});

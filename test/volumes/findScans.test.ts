import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findScans } from '../../src/volumes/findScans.js';
import { series, writeSlices } from './dicomFixture.js';

function folderWith(t: TestContext, ...files: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-scans-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  return folder;
}

test('findScans() reads subset folders in the order of subset and uid, bytewise', (t) => {
  const folder = folderWith(
    t,
    ...[
      'subset10/x.mhd',
      'subset10/x.raw',
      'subset2/b.nrrd',
      'subset2/B.nii.gz',
      'subset2/é.mha',
      'candidates_V2.csv',
    ],
  );
  assert.deepEqual(
    findScans(folder, 'all').map(({ uid, subset }) => [subset, uid]),
    [
      [2, 'B'],
      [2, 'b'],
      [2, 'é'],
      [10, 'x'],
    ],
  );
  assert.deepEqual(
    findScans(folder, [10]).map(({ uid }) => uid),
    ['x'],
  );
});

test('findScans() takes scans in the folder itself as subset -1, _image off and _label out', (t) => {
  const folder = folderWith(t, 'lung1_image.nrrd', 'lung1_label.nrrd', 'c.nii', '.hidden.nii', 'notes.txt');
  assert.deepEqual(
    findScans(folder, 'all').map(({ uid, subset }) => [subset, uid]),
    [
      [-1, 'c'],
      [-1, 'lung1'],
    ],
  );
});

test('findScans() counts a link that leads nowhere as a scan, so that reading it names it, and no folder', (t) => {
  const folder = folderWith(t, 'subset0/a.mhd', 'subset0/c.mhd/inside.txt');
  symlinkSync('/no/such.mhd', join(folder, 'subset0', 'b.mhd'));
  assert.deepEqual(
    findScans(folder, 'all').map(({ uid }) => uid),
    ['a', 'b'],
  );
});

test('findScans() refuses a missing folder or subset, one without scans, and two scans of a uid', (t) => {
  assert.throws(() => findScans('/no/such/folder', 'all'), /\/no\/such\/folder: expected a folder/);
  const folder = folderWith(t, 'subset0/a.mhd', 'subset1/readme.txt');
  assert.throws(() => findScans(folder, [3]), /subset3: expected this folder, found the subsets 0, 1/);
  assert.throws(() => findScans(folder, [1]), /subset1: expected scans .*found none/);
  assert.throws(() => findScans(folderWith(t, 'a.txt'), 'all'), /expected scans/);
  assert.throws(() => findScans(folderWith(t, 'a.mhd'), [0]), /found no subset folder/);
  assert.throws(
    () => findScans(folderWith(t, 'a.mhd', 'a_image.nrrd'), 'all'),
    /one scan of series a, found also/,
  );
  assert.throws(
    () => findScans(folderWith(t, 'subset0/a.mhd', 'subset1/a.nrrd'), 'all'),
    /one scan of series a/,
  );
});

test('findScans() finds DICOM series below subset folders or the folder itself, by SeriesInstanceUID, beside other scans', (t) => {
  const dicom = (uid: string) => series(2, () => ({ '0020,000E': uid }));
  const folder = folderWith(t, 'subset1/b.mhd', 'subset1/b.raw');
  writeSlices(join(folder, 'subset1', 'patient', 'study', 'series'), dicom('1.2'));
  writeSlices(join(folder, 'subset0', 'series'), dicom('1.3'));
  assert.deepEqual(
    findScans(folder, 'all').map(({ uid, subset, path }) => [subset, uid, path.slice(folder.length)]),
    [
      [0, '1.3', '/subset0/series'],
      [1, '1.2', '/subset1/patient/study/series'],
      [1, 'b', '/subset1/b.mhd'],
    ],
  );
  assert.deepEqual(
    findScans(join(folder, 'subset1', 'patient'), 'all').map(({ uid, subset }) => [subset, uid]),
    [[-1, '1.2']],
  );
  writeSlices(join(folder, 'subset1', 'again'), dicom('1.2'));
  assert.throws(() => findScans(folder, 'all'), /expected one scan of series 1\.2, found also/);
  writeSlices(join(folder, 'subset1', 'again'), { 'x.dcm': dicom('1.4')['0.dcm']! });
  assert.throws(
    () => findScans(folder, 'all'),
    /again: expected the slices of one series, found series 1\.2/,
  );
});

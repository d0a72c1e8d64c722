import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findScans, searchScans } from '../../src/volumes/findScans.js';
import { series, writeSlices } from './dicomFixture.js';

const dicom = (uid: string) => series(2, () => ({ '0020,000E': uid }));

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
});

test('findScans() lets two scans of one uid fail, in one folder or two subsets, and no other', (t) => {
  const faultsOf = (folder: string) =>
    findScans(folder, 'all').map(({ uid, fault }) => [uid, fault?.replaceAll(folder, '')]);
  const found = (other: string) => `expected one scan of series a, found also ${other}; remove one`;
  assert.deepEqual(faultsOf(folderWith(t, 'a.mhd', 'a_image.nrrd', 'b.mhd')), [
    ['a', found('/a_image.nrrd')],
    ['b', undefined],
  ]);
  assert.deepEqual(faultsOf(folderWith(t, 'subset0/a.mhd', 'subset1/a.nrrd', 'subset1/b.nrrd')), [
    ['a', found('/subset1/a.nrrd')],
    ['b', undefined],
  ]);
  const folder = folderWith(t, 'subset0/1.2.mhd');
  writeSlices(join(folder, 'subset0', 's'), dicom('1.2'));
  writeSlices(join(folder, 'subset0', 't'), dicom('1.3'));
  writeSlices(join(folder, 'subset1', 't'), dicom('1.3'));
  const faults = faultsOf(folder);
  assert.equal(faults.length, 2);
  assert.match(faults[0]![1]!, /one scan of series 1\.2, found also \/subset0\/s; remove one/);
  assert.match(
    faults[1]![1]!,
    /found also \/subset1\/t; put all slices of the series into one subset folder/,
  );
});

test('findScans() takes Subset0/ for subset 0', (t) => {
  const folder = folderWith(t, 'Subset0/a.mhd', 'SUBSET1/b.mhd', 'subset1/c.mhd');
  assert.deepEqual(
    findScans(folder, 'all').map(({ uid, subset }) => [subset, uid]),
    [
      [0, 'a'],
      [1, 'b'],
      [1, 'c'],
    ],
  );
  assert.deepEqual(
    findScans(folder, [0]).map(({ uid }) => uid),
    ['a'],
  );
});

test('findScans() finds DICOM series below subset folders or the folder itself, by SeriesInstanceUID, beside other scans', (t) => {
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
});

test('searchScans() joins the slices of a series in several folders of a subset, and says what it leaves out', (t) => {
  const folder = folderWith(t, 'a.mhd', 'rt/rt.dcm');
  const slices = dicom('1.2');
  writeSlices(join(folder, 'p', 'one'), { '0.dcm': slices['0.dcm']! });
  writeSlices(join(folder, 'p', 'two'), { '1.dcm': slices['1.dcm']! });
  const { scans, leftOut } = searchScans(folder, 'all');
  assert.deepEqual(
    scans.map(({ uid, path, slices: files }) => [uid, path.slice(folder.length), files?.length]),
    [
      ['1.2', '/p', 2],
      ['a', '/a.mhd', undefined],
    ],
  );
  assert.deepEqual(leftOut, [{ file: join(folder, 'rt', 'rt.dcm'), reason: 'it is empty' }]);
});

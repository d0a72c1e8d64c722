import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findDicomSeries } from '../../../src/volumes/dicom/dicomSearch.js';
import { dicomBytes, noise, SERIES_UID, series, sliceTags, type Tags, writeSlices } from '../dicomFixture.js';

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-dicom-search-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const ofSeries = (uid: string): Record<string, Tags> => series(2, () => ({ '0020,000E': uid }));
const RTSTRUCT = '1.2.840.10008.5.1.4.1.1.481.3';

test('findDicomSeries() finds series in any nesting, also in the folder itself and behind links, each once', (t) => {
  const root = folderOf(t);
  writeSlices(root, ofSeries('1.1'));
  writeSlices(join(root, 'patient', 'study', 'series'), ofSeries('1.2'));
  writeSlices(join(root, 'patient', 'study'), ofSeries('1.3'));
  symlinkSync(root, join(root, 'patient', 'round-and-round'));
  const elsewhere = folderOf(t);
  writeSlices(elsewhere, ofSeries('1.4'));
  symlinkSync(elsewhere, join(root, 'link'));
  symlinkSync(join(root, '0.dcm'), join(root, 'z.dcm'));
  mkdirSync(join(root, 'empty', 'empty'), { recursive: true });
  const { series: found, leftOut } = findDicomSeries(root);
  assert.deepEqual(
    found.map(({ uid, folder, files }) => [uid, relative(root, folder), files.length]),
    [
      ['1.1', '', 2],
      ['1.4', 'link', 2],
      ['1.3', 'patient/study', 2],
      ['1.2', 'patient/study/series', 2],
    ],
  );
  assert.deepEqual(leftOut, []);
});

test('findDicomSeries() knows slices by their mark, whatever they are called; no hidden file, none of other formats', (t) => {
  const folder = folderOf(t);
  const slice = sliceTags(1, noise('one'));
  const names =
    'b.dcm A.DCM IM001 1.2.840.7 a.IMA b.dicom c.img IM.0.a d.xml .hidden.dcm e.raw f.nii.gz g.hdr';
  writeSlices(folder, Object.fromEntries(names.split(' ').map((name) => [name, slice])));
  writeFileSync(join(folder, 'README'), 'no mark');
  mkdirSync(join(folder, 'folder.dcm'));
  const [found, ...others] = findDicomSeries(folder).series;
  assert.deepEqual(others, []);
  assert.equal(found!.fault, undefined);
  assert.deepEqual(
    found!.files.map((file) => basename(file)),
    ['1.2.840.7', 'A.DCM', 'IM.0.a', 'IM001', 'a.IMA', 'b.dcm', 'b.dicom', 'c.img', 'd.xml'],
  );
});

test('findDicomSeries() opens no pipe, which would wait forever', (t) => {
  const folder = folderOf(t);
  const pipes = ['1.3.6.mhd', '1.3.6.raw', 'pipe.dcm', 'pipe'].map((name) => join(folder, name));
  assert.equal(spawnSync('mkfifo', pipes).status, 0);
  assert.deepEqual(findDicomSeries(folder), { series: [], leftOut: [] });
});

test('findDicomSeries() joins the slices of one series in several folders, and tells two series in one apart', (t) => {
  const root = folderOf(t);
  const slices = series(5);
  for (const [i, name] of Object.keys(slices).entries())
    writeSlices(join(root, 'p', i < 3 ? 'a' : 'b'), { [name]: slices[name]! });
  writeSlices(join(root, 'p', 'a'), { 'x.dcm': sliceTags(1, noise('x'), { '0020,000E': '1.2.3' }) });
  assert.deepEqual(
    findDicomSeries(root).series.map(({ uid, folder, files, fault }) => [
      uid,
      relative(root, folder),
      files.length,
      fault,
    ]),
    [
      [SERIES_UID, 'p', 5, undefined],
      ['1.2.3', 'p/a', 1, undefined],
    ],
  );
});

test('findDicomSeries() leaves out what is no image of a volume, and localizers, each with its reason', (t) => {
  const root = folderOf(t);
  const kinds: Record<string, [Tags, RegExp]> = {
    'rs.dcm': [{ '0008,0016': RTSTRUCT }, /^an RT structure set \(SOP class 1\.2\.840\S+481\.3\)$/],
    'rd.dcm': [{ '0008,0016': '1.2.840.10008.5.1.4.1.1.481.2' }, /^an RT dose/],
    'rp.dcm': [{ '0008,0016': '1.2.840.10008.5.1.4.1.1.481.5' }, /^an RT plan/],
    'sr.dcm': [{ '0008,0016': '1.2.840.10008.5.1.4.1.1.88.33' }, /^a structured report/],
    'ko.dcm': [{ '0008,0016': '1.2.840.10008.5.1.4.1.1.88.59' }, /^a selection of key objects/],
    'seg.dcm': [{ '0008,0016': '1.2.840.10008.5.1.4.1.1.66.4' }, /^a segmentation/],
    'pr.dcm': [{ '0008,0016': '1.2.840.10008.5.1.4.1.1.11.1' }, /^a presentation state/],
    'pdf.dcm': [{ '0008,0016': '1.2.840.10008.5.1.4.1.1.104.1' }, /^an encapsulated document/],
    'ecg.dcm': [{ '0008,0016': '1.2.840.10008.5.1.4.1.1.9.1.1' }, /^a waveform/],
    'scout.dcm': [{ '0008,0008': 'ORIGINAL\\PRIMARY\\LOCALIZER' }, /^a localizer \(ImageType/],
  };
  for (const folder of ['alone', 'beside'])
    writeSlices(
      join(root, folder),
      Object.fromEntries(
        Object.entries(kinds).map(([name, [tags]]) => [name, sliceTags(9, noise(name), tags)]),
      ),
    );
  writeSlices(join(root, 'beside'), ofSeries('1.1'));
  const { series: found, leftOut } = findDicomSeries(root);
  assert.deepEqual(
    found.map(({ uid, fault }) => [uid, fault]),
    [['1.1', undefined]],
  );
  assert.equal(leftOut.length, 2 * Object.keys(kinds).length);
  for (const { file, reason } of leftOut) assert.match(reason, kinds[basename(file)]![1], file);
});

/** The element of the transfer syntax under another tag of its group. */
function withoutSyntax(file: Buffer): Buffer {
  file[file.indexOf(Buffer.from([0x02, 0x00, 0x10, 0x00])) + 2] = 0x12;
  return file;
}

const DOUBTFUL: Readonly<Record<string, [name: string, content: Buffer | undefined, reason: RegExp]>> = {
  'no mark': ['x.dcm', Buffer.alloc(300, 'junk'), /it has no mark DICM at byte 128/],
  'nothing in it': ['x.dcm', Buffer.alloc(0), /it is empty/],
  'a uid that is a name': [
    'x',
    dicomBytes(sliceTags(1, noise('x'), { '0020,000E': 'DOE^SECRET' })),
    /SeriesInstanceUID \(0020,000E\) is no uid of digits and dots \(10 characters\)/,
  ],
  'no uid': ['x.ima', dicomBytes(sliceTags(1, noise('x'), { '0020,000E': undefined })), /\(0 characters\)/],
  'no syntax': [
    'x.img',
    withoutSyntax(dicomBytes(sliceTags(1, noise('x')))),
    /it has no TransferSyntaxUID \(0002,0010\), which says/,
  ],
  'a header that is cut short': [
    'x.img',
    dicomBytes(sliceTags(1, noise('x'))).subarray(0, 400),
    /its header is corrupt or cut short before its SeriesInstanceUID/,
  ],
  'a packed slice': ['x.dcm.gz', Buffer.alloc(9), /it is packed: unpack it/],
  'a link that leads nowhere': ['x.dcm', undefined, /it cannot be opened \(ENOENT/],
};

for (const [name, [file, content, reason]] of Object.entries(DOUBTFUL))
  test(`findDicomSeries() leaves out a file with ${name}, but beside slices it is a fault of their series`, (t) => {
    const root = folderOf(t);
    for (const folder of ['alone', 'beside']) {
      mkdirSync(join(root, folder));
      if (content === undefined) symlinkSync('/no/such.dcm', join(root, folder, file));
      else writeFileSync(join(root, folder, file), content);
    }
    writeSlices(join(root, 'beside'), ofSeries('1.1'));
    writeSlices(join(root, 'others'), ofSeries('1.2'));
    const { series: found, leftOut } = findDicomSeries(root);
    assert.deepEqual(
      leftOut.map((one) => relative(root, one.file)),
      [join('alone', file)],
    );
    assert.match(leftOut[0]!.reason, reason);
    const [spoilt, whole] = found;
    assert.deepEqual([spoilt!.uid, whole!.uid, whole!.fault], ['1.1', '1.2', undefined]);
    assert.match(
      spoilt!.fault!,
      /^expected slices of the series, found \S+beside\/x\S*, which may be one.*; copy/,
    );
    assert.match(spoilt!.fault!, reason);
    for (const text of [spoilt!.fault!, leftOut[0]!.reason]) assert.doesNotMatch(text, /DOE|SECRET/);
  });

test('findDicomSeries() takes a file without the mark that is named as the slices beside it for one that is damaged', (t) => {
  const root = folderOf(t);
  const named = (ending: string) => ({
    [`1${ending}`]: sliceTags(1, noise('1')),
    [`2${ending}`]: sliceTags(2, noise('2')),
  });
  const faultWith = (folder: string, ending: string, file: string, content: string): string | undefined => {
    writeSlices(join(root, folder), named(ending));
    writeFileSync(join(root, folder, file), content);
    return findDicomSeries(join(root, folder)).series[0]!.fault;
  };
  assert.match(faultWith('a', '.IMA', '3.ima', 'junk') ?? '', /3\.ima, which may be one/);
  assert.match(faultWith('b', '', 'IM3', '') ?? '', /IM3, which may be one .* it is empty/);
  // Nothing but numbers tells it from the names beside it, whatever it holds.
  assert.match(faultWith('e', '.4', '3.4', '<html>not found</html>') ?? '', /3\.4, which may be one/);
  assert.match(faultWith('f', '', '3', '\0'.repeat(5000)) ?? '', /f\/3, which may be one/);
  assert.equal(faultWith('c', '', 'README', 'text'), undefined);
  assert.equal(faultWith('d', '.dcm', 'notes.txt', ''), undefined);
});

test('findDicomSeries() goes on behind links that lead to themselves and folders that cannot be opened, and names these', (t) => {
  const root = folderOf(t);
  writeSlices(join(root, 'a'), ofSeries(SERIES_UID));
  symlinkSync('loop', join(root, 'loop'));
  // As an old CD has it: a name in Latin-1.
  mkdirSync(Buffer.concat([Buffer.from(`${root}/M`), Buffer.from([0xdc]), Buffer.from('LLER')]));
  const { series: found, leftOut } = findDicomSeries(root);
  assert.deepEqual(
    found.map(({ files, fault }) => [files.length, fault]),
    [[2, undefined]],
  );
  assert.match(leftOut.map(({ reason }) => reason).join(), /the name of the folder is not UTF-8: rename it/);
});

test('findDicomSeries() finds a uid that lies behind long private tags, and in a deflated data set', (t) => {
  const folder = folderOf(t);
  for (const length of [3000, 5000, 200_000, 2_000_000]) {
    const tags = sliceTags(1, noise('a'), { '0009,1001': Buffer.alloc(length) });
    writeFileSync(join(folder, 'a.dcm'), dicomBytes(tags, 'implicit'));
    assert.equal(findDicomSeries(folder).series[0]!.uid, SERIES_UID);
    writeFileSync(join(folder, 'a.dcm'), dicomBytes(tags, 'deflated'));
    assert.equal(findDicomSeries(folder).series[0]!.uid, SERIES_UID);
  }
});

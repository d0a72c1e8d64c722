import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { InputError, InterruptedError } from '../../../src/errors.js';
import { inRepository } from '../../../src/paths.js';
import { chosenSeries } from '../../../src/volumes/dicom/dicomChoice.js';
import { readDicomSeries } from '../../../src/volumes/dicom/dicomReader.js';
import { readVolume, scanFiles } from '../../../src/volumes/readVolume.js';
import { runPython } from '../../python.js';
import {
  icon,
  JPEG_LS,
  noise,
  type Syntax,
  series,
  sliceTags,
  type Tags,
  writeSlices,
} from '../dicomFixture.js';

const root = mkdtempSync(join(tmpdir(), 'voxlab-dicom-'));
after(() => rmSync(root, { recursive: true, force: true }));

interface Reference {
  readonly files: string[];
  readonly size: number[];
  readonly spacing: number[];
  readonly origin: number[];
  readonly direction: number[];
  readonly data: number[];
}

/** Each slice by itself, since a series reader of ITK gives all slices the type of the first. */
const READ = `
import json, sys, SimpleITK as sitk
out = {}
for name, folder in json.load(sys.stdin).items():
  files = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(folder)
  image = sitk.ReadImage(files)
  data = [v for f in files for v in sitk.GetArrayFromImage(sitk.ReadImage(f, sitk.sitkFloat64)).ravel().tolist()]
  out[name] = dict(files=[f for f in files], size=image.GetSize(), spacing=image.GetSpacing(), origin=image.GetOrigin(), direction=image.GetDirection(), data=data)
print(json.dumps(out))`;

const [c, s] = [Math.cos(0.4), Math.sin(0.4)];
/** Rows and columns turned about two axes; their normal is none of the world's axes. */
const ROW = [c, s, 0];
const COLUMN = [-s * c, c * c, s];
const NORMAL = [s * s, -c * s, c];
const decimal = (values: readonly number[]): string => values.map((v) => v.toFixed(12)).join('\\');
const oblique = (i: number): Tags => ({
  '0020,0037': decimal([...ROW, ...COLUMN]),
  '0020,0032': decimal(NORMAL.map((n, k) => [10, -20, 30][k]! + n * 1.25 * i)),
});
const stored = (bits: number, allocated: 8 | 16, signed: boolean) => (i: number) => ({
  '0028,0100': allocated,
  '0028,0101': bits,
  '0028,0102': bits - 1,
  '0028,0103': signed ? 1 : 0,
  '7FE0,0010': noise(`${bits} ${signed} ${i}`, 12, bits, allocated === 8 ? 1 : 2),
});
const renamed = (slices: Record<string, Tags>, names: readonly string[]): Record<string, Tags> =>
  Object.fromEntries(Object.values(slices).map((tags, i) => [names[i]!, tags]));

const CASES: Readonly<Record<string, [Record<string, Tags>, Syntax?, ('OW' | 'OB')?]>> = {
  'axial, ascending': [series(4)],
  'axial, descending': [renamed(series(4), ['3.dcm', '2.dcm', '1.dcm', '0.dcm'])],
  'shuffled names, without an ending': [renamed(series(4), ['IM7', 'IM2', '1.2.840.9', 'a'])],
  oblique: [series(5, oblique)],
  'flipped rows and columns': [series(4, () => ({ '0020,0037': '-1\\0\\0\\0\\-1\\0' }))],
  'flipped rows: the normal points down': [series(4, () => ({ '0020,0037': '-1\\0\\0\\0\\1\\0' }))],
  'sagittal, gaps of 0.7 mm': [
    series(4, (i) => ({ '0020,0037': '0\\1\\0\\0\\0\\-1', '0020,0032': `${0.7 * i}\\5\\6` })),
  ],
  'signed 16 bits': [series(3, stored(16, 16, true))],
  'unsigned 16 bits: values beyond int16': [series(3, stored(16, 16, false))],
  'signed 12 bits': [series(3, stored(12, 16, true))],
  'unsigned 12 bits': [series(3, stored(12, 16, false))],
  'unsigned 8 bits': [series(3, stored(8, 8, false))],
  'signed 8 bits': [series(3, stored(8, 8, true))],
  'slope 2': [series(3, () => ({ '0028,1053': '2' }))],
  'slope 0.37': [series(3, () => ({ '0028,1053': '0.37' }))],
  'a slope of each slice': [series(3, (i) => ({ '0028,1053': `${i + 1}`, '0028,1052': `${-i}` }))],
  'no rescale, no CT': [
    series(3, () => ({ '0028,1053': undefined, '0028,1052': undefined, '0008,0060': 'MR' })),
  ],
  'implicit little endian': [series(3), 'implicit'],
  'explicit big endian': [series(3), 'big endian'],
  'big endian, 8 bits in bytes': [series(3, stored(8, 8, false)), 'big endian', 'OB'],
};

test("readVolume() of DICOM equals SimpleITK's voxels, and its geometry to 1e-9, for any order, orientation, type and syntax", async () => {
  const folders = Object.fromEntries(
    Object.entries(CASES).map(([name, [slices, syntax, vr]], i) => [
      name,
      writeSlices(join(root, `case${i}`), slices, syntax, vr),
    ]),
  );
  await compare(folders);
});

test('readVolume() of DICOM equals SimpleITK for compressed slices and for those that SimpleITK writes', async () => {
  const folders = runPython<Record<string, string>>(
    `import json, sys, os, numpy as np, SimpleITK as sitk
root = json.load(sys.stdin); out = {}; rng = np.random.default_rng(3)
for kind in ('none', 'JPEG', 'JPEG2000'):
  folder = os.path.join(root, kind); os.mkdir(folder); out[kind] = folder
  for i in range(3):
    image = sitk.GetImageFromArray(rng.integers(-1000, 1500, (1, 40, 33)).astype('int16'))
    image.SetSpacing((0.61, 0.73, 2)); image.SetOrigin((-5.5, 7.25, 2.0 * i))
    w = sitk.ImageFileWriter(); w.SetImageIO('GDCMImageIO'); w.KeepOriginalImageUIDOn(); w.SetFileName(os.path.join(folder, f'{9 - i}.dcm'))
    for key, value in {'0008|0016': '1.2.840.10008.5.1.4.1.1.2', '0020|000e': '1.2.3', '0028|1052': '-1024', '0028|1053': '1', '0008|0060': 'CT'}.items(): image.SetMetaData(key, value)
    if kind != 'none': w.UseCompressionOn(); w.SetCompressor(kind)
    w.Execute(image)
print(json.dumps(out))`,
    root,
  );
  await compare(folders);
});

async function compare(folders: Readonly<Record<string, string>>): Promise<void> {
  const references = runPython<Record<string, Reference>>(READ, folders);
  for (const [name, folder] of Object.entries(folders)) {
    const theirs = references[name]!;
    const volume = await readVolume(folder);
    assert.deepEqual(volume.size, theirs.size, name);
    const expected = volume.data instanceof Float32Array ? theirs.data.map(Math.fround) : theirs.data;
    assert.deepEqual(Array.from(volume.data as ArrayLike<number>), expected, name);
    for (const [ours, reference] of [
      [volume.spacingMm, theirs.spacing],
      [volume.originMm, theirs.origin],
      [volume.direction, theirs.direction],
    ] as const)
      for (const [i, value] of reference.entries())
        assert.ok(Math.abs(ours[i]! - value) < 1e-9, `${name}: ${ours} instead of ${reference}`);
    assert.deepEqual(await scanFiles(folder), theirs.files, name);
  }
}

test('readVolume() of DICOM reads run lengths and JPEG-LS as the same voxels uncompressed', async () => {
  const voxelsOf = async (name: string, slices: Record<string, Tags>, syntax: Syntax) =>
    (await readVolume(writeSlices(join(root, name), slices, syntax))).data;
  assert.deepEqual(
    await voxelsOf('run lengths', series(3), 'rle'),
    await voxelsOf('no run lengths', series(3), 'explicit'),
  );
  const coded = series(2, (i) => ({ '7FE0,0010': Buffer.from(JPEG_LS[i]!.stream, 'base64') }));
  assert.deepEqual(
    Array.from(await voxelsOf('jpeg-ls', coded, 'jpeg-ls')),
    JPEG_LS.flatMap(({ stored }) => stored.map((value) => value - 1024)),
  );
});

test('readVolume() of compressed slices goes on where another one that was read beside it is stopped', async () => {
  const coded = series(2, (i) => ({ '7FE0,0010': Buffer.from(JPEG_LS[i]!.stream, 'base64') }));
  const folder = writeSlices(join(root, 'beside'), coded, 'jpeg-ls');
  const expected = await readVolume(folder);
  const stop = new AbortController();
  const others = Array.from({ length: 20 }, () => readVolume(folder, { signal: stop.signal }));
  const read = Array.from({ length: 20 }, () => readVolume(folder));
  const stopped = Promise.allSettled(others);
  setTimeout(() => stop.abort(), 10);
  for (const volume of await Promise.all(read)) assert.deepEqual(volume, expected);
  for (const each of await stopped)
    assert.ok(each.status === 'fulfilled' || each.reason instanceof InterruptedError);
});

test('readVolume() of DICOM takes the narrowest type that holds the values: Int16, Int32, Float32', async () => {
  const typeOf = async (name: string) =>
    (await readVolume(join(root, `case${Object.keys(CASES).indexOf(name)}`))).data.constructor;
  assert.equal(await typeOf('unsigned 12 bits'), Int16Array);
  assert.equal(await typeOf('unsigned 16 bits: values beyond int16'), Int32Array);
  assert.equal(await typeOf('slope 0.37'), Float32Array);
});

test('readVolume() of DICOM ignores bits above those stored, and an icon before the voxels', async () => {
  const voxels = Buffer.alloc(24, 0xff);
  const tags = {
    '0028,0101': 12,
    '0028,0102': 11,
    '0028,0103': 0,
    '0028,1052': '0',
    '7FE0,0010': voxels,
    '0088,0200': icon(),
  };
  const folder = writeSlices(
    join(root, 'bits'),
    series(2, () => tags),
  );
  const { data } = await readVolume(folder);
  assert.deepEqual(new Set(data as Int16Array), new Set([4095]));
});

test('readVolume() of DICOM names a file that is cut short, of any length, also a compressed one', async () => {
  for (const syntax of ['explicit', 'rle'] as const) {
    const folder = writeSlices(join(root, `cut ${syntax}`), series(3), syntax);
    const file = join(folder, '1.dcm');
    const whole = readFileSync(file);
    for (let length = whole.length - 1; length >= 0; length -= 7) {
      writeFileSync(file, whole);
      truncateSync(file, length);
      await assert.rejects(
        readVolume(folder),
        (error) =>
          error instanceof InputError && error.message.includes('1.dcm') && !error.message.includes('\n'),
        `${syntax} ${length}`,
      );
    }
  }
});

test('readDicomSeries() needs no voxels in memory, stops when the signal aborts, and refuses a folder without slices', async () => {
  const folder = writeSlices(join(root, 'order'), {
    'b.dcm': sliceTags(5, noise('b')),
    'a.dcm': sliceTags(10, noise('a')),
  });
  writeFileSync(join(folder, 'notes.txt'), 'notes');
  const { slices, geometry } = await readDicomSeries(chosenSeries(folder), folder);
  assert.deepEqual(
    slices.map(({ file }) => basename(file)),
    ['b.dcm', 'a.dcm'],
  );
  assert.deepEqual(
    [geometry.spacingMm, geometry.originMm],
    [
      [0.7, 0.8, 5],
      [-120.25, 33, 5],
    ],
  );
  await assert.rejects(readVolume(folder, { signal: AbortSignal.abort() }), InterruptedError);
  await assert.rejects(
    readDicomSeries([join(root, 'nowhere')], root),
    /nowhere: expected a file, found nothing/,
  );
  mkdirSync(join(root, 'empty'));
  await assert.rejects(
    readVolume(join(root, 'empty')),
    /empty: expected the slices of a DICOM series, found none/,
  );
});

test('a program whose compressed slices are refused says so in one line and ends by itself', async () => {
  // A header that promises what does not follow.
  const stream = Buffer.from(JPEG_LS[0]!.stream, 'base64');
  const junkStream = Buffer.concat([stream.subarray(0, 40), Buffer.from('junk \xff\xd9', 'latin1')]);
  const junk = series(3, () => ({ '7FE0,0010': junkStream }));
  const folder = writeSlices(join(root, 'junk'), junk, 'jpeg-ls');
  await assert.rejects(readVolume(folder), /0\.dcm: the decoder \(GDCM\) refuses the compressed voxels/);
  const program = `import { readVolume } from ${JSON.stringify(inRepository('dist/src/volumes/readVolume.js'))};
    await readVolume(${JSON.stringify(folder)}).catch(({ message }) => console.log(message));`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    timeout: 20_000,
    encoding: 'utf8',
  });
  assert.deepEqual([run.status, run.stdout.split('\n').length, run.stderr], [0, 2, '']);
});

test('readVolume() reads the one series in a folder and below, or the one that is chosen of several', async () => {
  const folder = join(root, 'several');
  const uid = (value: string) => (): Tags => ({ '0020,000E': value });
  writeSlices(join(folder, 'a'), series(3, uid('1.2.1')));
  assert.deepEqual((await readVolume(folder)).size, [4, 3, 3]);
  writeSlices(join(folder, 'a', 'b'), series(4, uid('1.2.2')));
  await assert.rejects(
    readVolume(folder),
    /several: expected the slices of one DICOM series, found 2: 1\.2\.1 \(3 files\), 1\.2\.2 \(4 files\); choose one with readVolume\(folder, \{ series: UID \}\)/,
  );
  assert.deepEqual((await readVolume(folder, { series: '1.2.2' })).size, [4, 3, 4]);
  await assert.rejects(
    readVolume(folder, { series: '1.2.3' }),
    /expected the slices of DICOM series 1\.2\.3, found 1\.2\.1 \(3 files\), 1\.2\.2/,
  );
  writeFileSync(join(folder, 'a', 'b', 'x.dcm'), 'junk');
  await assert.rejects(
    readVolume(folder, { series: '1.2.2' }),
    /several: expected slices of the series, found \S+x\.dcm/,
  );
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { EnvironmentError, InputError, InterruptedError } from '../../src/errors.js';
import { takeLock } from '../../src/fileLock.js';
import { crop } from '../../src/patches/crop.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import { cropFixture, cropOne, HEADER, writeScan } from './cropFixture.js';

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

test('crop() orders rows by subset, uid and line, counts them, and names candidates outside', async (t) => {
  const options = cropFixture(t);
  const result = await cropOne(options);
  const patches = await openPatchFile(result.file);
  t.after(() => patches.close());
  const all = Array.from({ length: patches.rows }, (_, row) => row);
  const uids = patches.findings(all).map(({ seriesUid }) => seriesUid);
  assert.deepEqual([...new Set(uids)], ['a', 'c', 'b']);
  assert.deepEqual([...new Set(patches.labels().subsets)], [0, 1]);
  assert.equal(result.rows, patches.rows);
  assert.equal(result.rows + result.outside.length, 18);
  assert.equal(result.ignored, 1);
  assert.equal(result.ignoredSeries.length, 1);
  assert.equal(result.ignoredSeries[0]?.candidates, 1);
  assert.equal(
    Object.values(result.byClass).reduce((a, b) => a + b),
    result.rows,
  );
  assert.ok(result.file.endsWith('8x8x6-patch.hdf5'));
  assert.deepEqual(readdirSync(options.outFolder), ['8x8x6-patch.hdf5'], 'nothing else is left');
});

test('crop() gives the same bytes for any number of workers, and after an interruption', async (t) => {
  const one = await cropOne({ ...cropFixture(t), workers: 1 });
  const many = await cropOne({ ...cropFixture(t), workers: 3 });
  assert.equal(sha256(one.file), sha256(many.file));

  const options = cropFixture(t);
  const controller = new AbortController();
  await assert.rejects(
    cropOne({
      ...options,
      workers: 1,
      signal: controller.signal,
      onProgress: ({ stage, done }) => stage === 'crop' && done === 1 && controller.abort(),
    }),
    InterruptedError,
  );
  assert.ok(!existsSync(one.file.replace(one.file, join(options.outFolder, '8x8x6-patch.hdf5'))));
  const stages: number[] = [];
  const resumed = await cropOne({
    ...options,
    onProgress: ({ stage, done }) => stage === 'crop' && stages.push(done),
  });
  assert.equal(stages[0], 1, 'the finished scan is not cut again');
  assert.equal(sha256(resumed.file), sha256(one.file));
});

test('crop() leaves a file of the same settings and scans alone, and refuses others without force', async (t) => {
  const options = cropFixture(t);
  const first = await cropOne(options);
  const again = await cropOne(options);
  assert.equal(again.status, 'done');
  assert.deepEqual({ ...again, status: 'written' }, first);
  const cubic = { ...options, formats: [{ ...options.formats[0]!, interpolation: 'cubic' as const }] };
  await assert.rejects(cropOne(cubic), /holds patches of interpolation "linear".*--force/);
  await assert.rejects(cropOne({ ...options, subsets: [1] }), /holds patches of scan a/);
  writeScan(join(options.scansFolder, 'subset1'), 'b', 'another');
  await assert.rejects(cropOne(options), /another version of .*b\.mhd/);
  assert.equal((await cropOne({ ...options, force: true })).status, 'written');
});

test('crop() names a scan that cannot be read, completes the others, and rebuilds once it is mended', async (t) => {
  const options = cropFixture(t);
  const whole = await cropOne({ ...options, outFolder: join(options.folder, 'whole') });
  const raw = join(options.scansFolder, 'subset0', 'c.raw');
  const bytes = readFileSync(raw);
  truncateSync(raw, 1000);
  const result = await cropOne(options);
  assert.equal(result.failed.length, 1);
  assert.equal(result.failed[0]?.uid, 'c');
  assert.match(result.failed[0]!.reason, /c\.(mhd|raw).*1000/);
  const patches = await openPatchFile(result.file);
  assert.deepEqual(Object.keys(patches.provenance?.failedScans ?? {}), ['c']);
  patches.close();
  writeFileSync(raw, bytes);
  const mended = await cropOne(options);
  assert.deepEqual([mended.status, mended.failed], ['written', []]);
  assert.equal(sha256(mended.file), sha256(whole.file));
});

test('crop() with strict stops at a scan that cannot be read, and no file appears', async (t) => {
  const options = cropFixture(t);
  truncateSync(join(options.scansFolder, 'subset0', 'a.raw'), 10);
  await assert.rejects(
    cropOne({ ...options, strict: true }),
    (error) => error instanceof InputError && /a\.(mhd|raw)/.test(error.message),
  );
  assert.ok(!existsSync(join(options.outFolder, '8x8x6-patch.hdf5')));
});

test('crop() cuts shards by scan index, whose rows together are those of one run', async (t) => {
  const options = cropFixture(t);
  const whole = await cropOne(options);
  const parts = [
    await cropOne({ ...options, shard: { index: 0, count: 2 } }),
    await cropOne({ ...options, shard: { index: 1, count: 2 } }),
  ];
  assert.equal(parts[0]!.rows + parts[1]!.rows, whole.rows);
  assert.ok(parts[0]!.file.endsWith('8x8x6-patch.0-of-2.hdf5'));
});

test('crop() stops before any work for a bad table, no match, a missing subset, or a lock', async (t) => {
  const options = cropFixture(t);
  const table = join(options.scansFolder, 'candidates_V2.csv');
  const content = readFileSync(table, 'utf8');
  appendFileSync(table, 'a,1,two,3,0\n');
  await assert.rejects(
    cropOne(options),
    (error) => error instanceof InputError && error.line === 21 && /"two"/.test(error.message),
  );
  writeFileSync(table, `${HEADER}\nother,1,2,3,0\n`);
  await assert.rejects(cropOne(options), /none of its 1 candidates.*received other/);
  writeFileSync(table, content);
  await assert.rejects(cropOne({ ...options, subsets: [7] }), /subset7.*found the subsets 0, 1/);
  assert.ok(!existsSync(options.outFolder));
  await cropOne({ ...options, subsets: [1] });
  const release = takeLock(join(options.outFolder, '8x8x6-patch.hdf5'));
  await assert.rejects(cropOne(options), EnvironmentError);
  release();
});

test('crop() cuts several sizes in one pass: each file has the bytes of a crop of its own', async (t) => {
  const options = cropFixture(t);
  const [format] = options.formats;
  const formats = [format!, { ...format!, dim: 12, slices: 9 }, { ...format!, dim: 16, slices: 1 }];
  const results = await crop({ ...options, formats });
  assert.deepEqual(
    results.map(({ file }) => basename(file)),
    ['8x8x6-patch.hdf5', '12x12x9-patch.hdf5', '16x16x1-patch.hdf5'],
  );
  for (const [index, each] of formats.entries()) {
    const alone = await cropOne({
      ...options,
      formats: [each],
      outFolder: join(options.folder, `alone${index}`),
    });
    assert.equal(sha256(results[index]!.file), sha256(alone.file));
  }
  rmSync(results[1]!.file);
  const again = await crop({ ...options, formats });
  assert.deepEqual(
    again.map(({ status }) => status),
    ['done', 'written', 'done'],
  );
  await assert.rejects(crop({ ...options, formats: [format!, format!] }), RangeError);
});

test('crop() of a table in other columns and frames gives the rows of the LPS table', async (t) => {
  const options = cropFixture(t);
  const whole = await cropOne(options);
  const [, ...lines] = readFileSync(join(options.scansFolder, 'candidates_V2.csv'), 'utf8')
    .trim()
    .split('\n');
  const rows = lines.map((line) => line.split(','));
  // The scans have spacing 0.9, 0.9, 2 and origin -4 on each axis (cropFixture.ts).
  const tables = {
    ras: ([, x, y, z]: string[]) => [-Number(x), -Number(y), Number(z)],
    voxel: ([, x, y, z]: string[]) => [(Number(x) + 4) / 0.9, (Number(y) + 4) / 0.9, (Number(z) + 4) / 2],
  };
  for (const [coordinates, numbers] of Object.entries(tables)) {
    const path = join(options.folder, `${coordinates}.csv`);
    const text = rows.map((row) => [row[4], ...numbers(row), row[0]].join(','));
    writeFileSync(path, `label,x,y,z,uid\n${text.join('\n')}\n`);
    const columns = { seriesuid: 'uid', coordX: 'x', coordY: 'y', coordZ: 'z', class: 'label' };
    const other = await cropOne({
      ...options,
      candidatesPath: path,
      table: { columns, coordinates: coordinates as 'ras' | 'voxel' },
      outFolder: join(options.folder, coordinates),
    });
    assert.deepEqual([other.rows, other.byClass, other.outside], [whole.rows, whole.byClass, whole.outside]);
    const [ours, theirs] = [await openPatchFile(other.file), await openPatchFile(whole.file)];
    assert.deepEqual(ours.provenance!.settings.columns, columns);
    assert.equal(ours.provenance!.settings.coordinates, coordinates);
    for (let row = 0; row < other.rows; row++)
      assert.deepEqual(await ours.readRowBytes(row), await theirs.readRowBytes(row));
    ours.close();
    theirs.close();
  }
});

test('crop() says what a table seems to mean whose candidates lie outside, many of them', async (t) => {
  const options = cropFixture(t);
  for (const uid of ['a', 'b', 'c'])
    writeScan(join(options.scansFolder, uid === 'b' ? 'subset1' : 'subset0'), uid, uid, [-2, -2, 10]);
  const path = join(options.scansFolder, 'candidates_V2.csv');
  const rows = ['a', 'b', 'c'].flatMap((uid) =>
    [
      [-10, -12, 14],
      [-17, -9, 16],
      [1, 1, 12],
    ].map((at) => [uid, ...at, 0]),
  );
  writeFileSync(path, `${HEADER}\n${rows.map((row) => row.join(',')).join('\n')}\n`);
  const result = await cropOne(options);
  assert.equal(result.outside.length, 6);
  assert.equal(
    result.hint,
    'x and y look flipped: 9 of 9 candidates lie inside as RAS positions: use --coordinates ras',
  );
});

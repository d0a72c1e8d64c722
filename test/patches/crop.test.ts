import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EnvironmentError, InputError, InterruptedError } from '../../src/errors.js';
import { crop } from '../../src/patches/crop.js';
import { takeLock } from '../../src/patches/fileLock.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import { cropFixture, HEADER, writeScan } from './cropFixture.js';

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

test('crop() orders rows by subset, uid and line, counts them, and names candidates outside', async (t) => {
  const options = cropFixture(t);
  const result = await crop(options);
  const patches = await openPatchFile(result.file);
  t.after(() => patches.close());
  const all = Array.from({ length: patches.rows }, (_, row) => row);
  const uids = patches.findings(all).map(({ seriesUid }) => seriesUid);
  assert.deepEqual([...new Set(uids)], ['a', 'c', 'b']);
  assert.deepEqual([...new Set(patches.labels().subsets)], [0, 1]);
  assert.equal(result.rows, patches.rows);
  assert.equal(result.rows + result.outside.length, 18);
  assert.equal(result.ignored, 1);
  assert.equal(
    Object.values(result.byClass).reduce((a, b) => a + b),
    result.rows,
  );
  assert.ok(result.file.endsWith('8x8x6-patch.hdf5'));
  assert.deepEqual(readdirSync(options.outFolder), ['8x8x6-patch.hdf5'], 'nothing else is left');
});

test('crop() gives the same bytes for any number of workers, and after an interruption', async (t) => {
  const one = await crop({ ...cropFixture(t), workers: 1 });
  const many = await crop({ ...cropFixture(t), workers: 3 });
  assert.equal(sha256(one.file), sha256(many.file));

  const options = cropFixture(t);
  const controller = new AbortController();
  await assert.rejects(
    crop({
      ...options,
      workers: 1,
      signal: controller.signal,
      onProgress: ({ stage, done }) => stage === 'crop' && done === 1 && controller.abort(),
    }),
    InterruptedError,
  );
  assert.ok(!existsSync(one.file.replace(one.file, join(options.outFolder, '8x8x6-patch.hdf5'))));
  const stages: number[] = [];
  const resumed = await crop({
    ...options,
    onProgress: ({ stage, done }) => stage === 'crop' && stages.push(done),
  });
  assert.equal(stages[0], 1, 'the finished scan is not cut again');
  assert.equal(sha256(resumed.file), sha256(one.file));
});

test('crop() leaves a file of the same settings and scans alone, and refuses others without force', async (t) => {
  const options = cropFixture(t);
  const first = await crop(options);
  const again = await crop(options);
  assert.equal(again.status, 'done');
  assert.deepEqual({ ...again, status: 'written' }, first);
  const cubic = { ...options, format: { ...options.format, interpolation: 'cubic' as const } };
  await assert.rejects(crop(cubic), /holds patches of interpolation "linear".*--force/);
  await assert.rejects(crop({ ...options, subsets: [1] }), /holds patches of scan a/);
  writeScan(join(options.scansFolder, 'subset1'), 'b', 'another');
  await assert.rejects(crop(options), /another version of .*b\.mhd/);
  assert.equal((await crop({ ...options, force: true })).status, 'written');
});

test('crop() names a scan that cannot be read, completes the others, and rebuilds once it is mended', async (t) => {
  const options = cropFixture(t);
  const whole = await crop({ ...options, outFolder: join(options.folder, 'whole') });
  const raw = join(options.scansFolder, 'subset0', 'c.raw');
  const bytes = readFileSync(raw);
  truncateSync(raw, 1000);
  const result = await crop(options);
  assert.equal(result.failed.length, 1);
  assert.equal(result.failed[0]?.uid, 'c');
  assert.match(result.failed[0]!.reason, /c\.(mhd|raw).*1000/);
  const patches = await openPatchFile(result.file);
  assert.deepEqual(Object.keys(patches.provenance?.failedScans ?? {}), ['c']);
  patches.close();
  writeFileSync(raw, bytes);
  const mended = await crop(options);
  assert.deepEqual([mended.status, mended.failed], ['written', []]);
  assert.equal(sha256(mended.file), sha256(whole.file));
});

test('crop() with strict stops at a scan that cannot be read, and no file appears', async (t) => {
  const options = cropFixture(t);
  truncateSync(join(options.scansFolder, 'subset0', 'a.raw'), 10);
  await assert.rejects(
    crop({ ...options, strict: true }),
    (error) => error instanceof InputError && /a\.(mhd|raw)/.test(error.message),
  );
  assert.ok(!existsSync(join(options.outFolder, '8x8x6-patch.hdf5')));
});

test('crop() cuts shards by scan index, whose rows together are those of one run', async (t) => {
  const options = cropFixture(t);
  const whole = await crop(options);
  const parts = [
    await crop({ ...options, shard: { index: 0, count: 2 } }),
    await crop({ ...options, shard: { index: 1, count: 2 } }),
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
    crop(options),
    (error) => error instanceof InputError && error.line === 21 && /"two"/.test(error.message),
  );
  writeFileSync(table, `${HEADER}\nother,1,2,3,0\n`);
  await assert.rejects(crop(options), /none of its 1 candidates.*received other/);
  writeFileSync(table, content);
  await assert.rejects(crop({ ...options, subsets: [7] }), /subset7.*found the subsets 0, 1/);
  assert.ok(!existsSync(options.outFolder));
  await crop({ ...options, subsets: [1] });
  const release = takeLock(join(options.outFolder, '8x8x6-patch.hdf5'));
  await assert.rejects(crop(options), EnvironmentError);
  release();
});

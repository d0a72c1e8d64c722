import assert from 'node:assert/strict';
import { existsSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../../src/errors.js';
import { mergeShards } from '../../src/patches/mergeShards.js';
import { cropFixture, cropOne } from './cropFixture.js';

test('mergeShards() gives the bytes of a crop without shards, also with a scan that failed', async (t) => {
  for (const broken of [false, true]) {
    const options = { ...cropFixture(t), ...(broken ? {} : { normalise: { kind: 'zscore' } as const }) };
    if (broken) truncateSync(join(options.scansFolder, 'subset1', 'b.raw'), 50);
    const whole = await cropOne({ ...options, outFolder: join(options.folder, 'whole') });
    const files = [];
    for (const index of [1, 0]) files.push((await cropOne({ ...options, shard: { index, count: 2 } })).file);
    const merged = await mergeShards({ files });
    assert.equal(merged.rows, whole.rows);
    assert.deepEqual([merged.byClass, merged.bySubset], [whole.byClass, whole.bySubset]);
    assert.ok(readFileSync(merged.file).equals(readFileSync(whole.file)));
    await assert.rejects(mergeShards({ files }), /is there already; use --force/);
    await mergeShards({ files, force: true });
  }
});

test('mergeShards() takes shards without rows: more shards than scans, and one whose only scan failed', async (t) => {
  const options = cropFixture(t);
  truncateSync(join(options.scansFolder, 'subset1', 'b.raw'), 50);
  const whole = await cropOne({ ...options, outFolder: join(options.folder, 'whole') });
  const files = [];
  for (const index of [0, 1, 2, 3])
    files.push((await cropOne({ ...options, shard: { index, count: 4 } })).file);
  assert.ok(readFileSync((await mergeShards({ files })).file).equals(readFileSync(whole.file)));
  for (const name of ['a', 'c']) truncateSync(join(options.scansFolder, 'subset0', `${name}.raw`), 50);
  const outFolder = join(options.folder, 'none');
  const empty = [];
  for (const index of [0, 1])
    empty.push((await cropOne({ ...options, outFolder, shard: { index, count: 2 } })).file);
  await assert.rejects(mergeShards({ files: empty }), /no row to write/);
});

test('mergeShards() refuses a shard that is missing, given twice, of other settings, or no shard', async (t) => {
  const options = cropFixture(t);
  const cut = async (index: number, count: number, dim = 8) =>
    (await cropOne({ ...options, formats: [{ ...options.formats[0]!, dim }], shard: { index, count } })).file;
  const [a, b] = [await cut(0, 2), await cut(1, 2)];
  const refuses = (files: string[], reason: RegExp) =>
    assert.rejects(
      mergeShards({ files }),
      (error) => error instanceof InputError && reason.test(error.message),
    );
  await refuses([a], /expected the 2 shards 0 to 1 of one crop, each once, received 0-of-2/);
  await refuses([a, a], /received 0-of-2, 0-of-2/);
  await refuses([a, await cut(1, 2, 6)], /other settings/);
  await refuses([join(options.folder, 'x.hdf5')], /expected a shard/);
  assert.ok(!existsSync(b.replace('.1-of-2', '')));
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openRowReader } from '../../../src/store/hdf5/rowReader.js';
import { indexed, sha256, writeLayouts } from '../layoutFixture.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-index-cache-'));
after(() => rmSync(folder, { recursive: true }));

async function rowsAre(path: string, hashes: readonly string[]): Promise<void> {
  const reader = openRowReader(await indexed(path));
  for (const [row, hash] of hashes.entries()) assert.equal(sha256(reader.readRowBytes(row)), hash);
  reader.close();
}

test('openRowIndex(): the cache beside the file is used, and made again for another file or when damaged', async () => {
  const [first, second] = writeLayouts(folder, {
    cached: { chunks: [2, 25], compression: 'gzip' },
    other: { chunks: [2, 25], compression: 'gzip', dtype: '<u2' },
  });
  const cache = `${first!.path}.index`;
  await indexed(first!.path);
  const good = readFileSync(cache);
  const { mtimeNs } = statSync(cache, { bigint: true });
  await indexed(first!.path);
  assert.equal(statSync(cache, { bigint: true }).mtimeNs, mtimeNs, 'written once');

  const flipped = Buffer.from(good);
  flipped[flipped.length - 100]! ^= 1;
  for (const damaged of [good.subarray(0, 50), Buffer.alloc(0), Buffer.from('junk'), flipped]) {
    writeFileSync(cache, damaged);
    await indexed(first!.path);
    assert.ok(readFileSync(cache).equals(good), 'made again');
  }
  // The same bytes at another time, then another file of the same name.
  utimesSync(first!.path, 1000, 1000);
  await indexed(first!.path);
  assert.ok(!readFileSync(cache).equals(good));
  writeFileSync(first!.path, readFileSync(second!.path));
  await rowsAre(first!.path, second!.hashes);
});

test('openRowIndex(): a file of the same size and beginning, but with its chunks elsewhere, is indexed anew', async () => {
  // Written in another order: the same header, and the first 64 KiB end before the first difference.
  const common = { shape: [12, 40000], chunks: [1, 40000], dtype: 'i2', rows: 0, fillvalue: 3 };
  const [first, second] = writeLayouts(folder, {
    order: { ...common, after: 'for i in range(12): d[i] = i' },
    reverse: { ...common, after: 'for i in [0, 1, *range(11, 1, -1)]: d[i] = i' },
  });
  await rowsAre(first!.path, first!.hashes);
  assert.equal(statSync(first!.path).size, statSync(second!.path).size);
  writeFileSync(first!.path, readFileSync(second!.path));
  const { layout } = await indexed(first!.path);
  assert.ok(layout.kind === 'chunked' && layout.offsets[2]! > layout.offsets[11]!);
  await rowsAre(first!.path, second!.hashes);
});

test('openRowIndex() does not believe a cache that passes its checks and leads to other bytes', async () => {
  const [file] = writeLayouts(folder, { forged: { chunks: [1, 60] } });
  const cache = `${file!.path}.index`;
  await indexed(file!.path);
  const content = readFileSync(cache).subarray(0, -32);
  const offsets = content.indexOf('\n') + 1;
  // The chunks of all rows, turned by one.
  const first = Buffer.from(content.subarray(offsets, offsets + 8));
  content.copyWithin(offsets, offsets + 8, offsets + 7 * 8);
  first.copy(content, offsets + 6 * 8);
  writeFileSync(cache, Buffer.concat([content, createHash('sha256').update(content).digest()]));
  await rowsAre(file!.path, file!.hashes);
});

test('openRowIndex(): no cache for contiguous files, and none where the folder cannot be written', async () => {
  const [contiguous] = writeLayouts(folder, { plain: {} });
  await indexed(contiguous!.path);
  assert.ok(!existsSync(`${contiguous!.path}.index`));
  const [chunked] = writeLayouts(folder, { readonly: { chunks: [2, 25] } });
  // A folder of its name: nobody, root neither, can replace it by a file.
  mkdirSync(join(`${chunked!.path}.index`, 'x'), { recursive: true });
  await rowsAre(chunked!.path, chunked!.hashes);
  assert.deepEqual(
    readdirSync(folder).filter((name) => /index\./.test(name)),
    [],
    'nothing half-written stays',
  );
});

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { openRowIndex } from '../../../src/store/hdf5/openRowIndex.js';
import { openRowReader } from '../../../src/store/hdf5/rowReader.js';
import { runPython } from '../../python.js';
import { indexed, sha256, writeLayouts } from '../layoutFixture.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-row-reader-'));
after(() => rmSync(folder, { recursive: true }));

test('readRow() gives Hounsfield units for every type: floats rounded half to even, all clamped', async () => {
  const files = runPython<{ path: string; hu: number[] }[]>(
    `import json, sys, os, h5py, numpy as np
folder = json.load(sys.stdin); out = []
for order in '<>':
  for t in ('i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f2', 'f4', 'f8'):
    dtype = np.dtype(order + t)
    if t[0] == 'f': x = np.array([0.5, 1.5, -0.5, -2.5, 40000, -40000, 6e-8, -1000.25, 32767.4, 65504])
    else:
      info = np.iinfo(dtype); near = [info.min, info.max, 0, 1, 7, 32767, 32768, -32768, -32769, -1, 2**31, 2**32, -2**32, 2**32 + 5, -2**40 - 1, 2**63]
      x = np.array([v for v in near if info.min <= v <= info.max], dtype=dtype.newbyteorder('='))
    x = x.astype(dtype); path = os.path.join(folder, 'hu-' + t + ('b' if order == '>' else 'l'))
    with h5py.File(path, 'w') as f: f.create_dataset('input', data=x[None])
    wide = x.astype(np.float64) if t[0] == 'f' else x.astype(object)
    hu = np.clip(np.rint(wide), -32768, 32767) if t[0] == 'f' else [max(-32768, min(32767, int(v))) for v in wide]
    out.append(dict(path=path, hu=[int(v) for v in hu]))
print(json.dumps(out))`,
    folder,
  );
  assert.equal(files.length, 22);
  for (const { path, hu } of files) {
    const reader = openRowReader(await indexed(path));
    const into = new Int16Array(hu.length + 3).fill(99);
    reader.readRow(0, into, 2);
    assert.deepEqual([...into], [99, 99, ...hu, 99], path);
    reader.close();
  }
});

test('rows of several plain chunks: in order as in the file of 2018, in any order, and never written in the middle', async () => {
  const fill = 'for c in [3, 1, 2, 0, 6]: d[:3, 9 * c : 9 * c + 9] = x[:3, 9 * c : 9 * c + 9]';
  const files = writeLayouts(folder, {
    line: { chunks: [1, 12], maxshape: [null, 60], dtype: '<f4' },
    short: { chunks: [1, 9], rows: 0, after: `d[...] = x` },
    scrambled: { chunks: [1, 9], rows: 0, after: fill, fillvalue: 5 },
    swapped: { chunks: [1, 7], dtype: '>i4' },
  });
  for (const { path, hashes } of files) {
    const reader = openRowReader(await indexed(path));
    for (const [row, hash] of hashes.entries()) assert.equal(sha256(reader.readRowBytes(row)), hash, path);
    reader.close();
  }
});

test('readRow() writes into shared memory, of contiguous, chunked and compressed rows', async () => {
  const files = writeLayouts(folder, {
    a: {},
    b: { chunks: [1, 60] },
    c: { chunks: [2, 25], compression: 'gzip', shuffle: true },
  });
  for (const { path, hashes } of files) {
    const reader = openRowReader(await indexed(path));
    const into = new Int16Array(new SharedArrayBuffer(2 * 60 * hashes.length));
    for (const row of hashes.keys()) reader.readRow(row, into, 60 * row);
    for (const row of hashes.keys())
      assert.deepEqual(
        Buffer.from(into.slice(60 * row, 60 * row + 60).buffer),
        Buffer.from(reader.readRowBytes(row)),
      );
    assert.throws(() => reader.readRow(hashes.length, into, 0), RangeError);
    assert.throws(() => reader.readRow(0, into, into.length - 59), RangeError);
    reader.close();
  }
});

test('readRow() names file, row and byte of a damaged chunk: checksum, gzip stream; the other rows are read', async () => {
  const files = writeLayouts(folder, {
    fletcher: { chunks: [1, 60], fletcher32: true },
    gzip: { chunks: [1, 60], compression: 'gzip' },
    lzf: { chunks: [1, 60], compression: 'lzf', fletcher32: true },
    plenty: { chunks: [1, 60], shuffle: true, compression: 'gzip', fletcher32: true },
  });
  for (const { path: whole, name } of files) {
    const { layout } = await indexed(whole);
    assert.ok(layout.kind === 'chunked');
    for (const row of [0, 3, 6]) {
      const path = `${whole}.${row}`;
      const bytes = readFileSync(whole);
      const offset = layout.offsets[row]!;
      bytes[offset + 20]! ^= 0x10;
      writeFileSync(path, bytes);
      // Opened all the same: a row that the library cannot read either is no reason against the index.
      const reader = openRowReader(await indexed(path));
      const into = new Int16Array(60);
      for (let other = 0; other < 7; other++) if (other !== row) reader.readRow(other, into, 0);
      assert.throws(
        () => reader.readRow(row, into, 0),
        (error) => {
          assert.ok(error instanceof InputError, String(error));
          assert.ok(error.message.startsWith(`${path}: row ${row}: the chunk at byte ${offset} is damaged`));
          assert.match(
            error.message,
            name === 'gzip' ? /gzip stream is broken/ : /checksum|broken|cut short/,
          );
          return true;
        },
      );
      reader.close();
    }
  }
});

test('readRow() of a file cut while open says row, byte and how much is there', async () => {
  for (const { path } of writeLayouts(folder, { cut: {}, 'cut-chunks': { chunks: [2, 60] } })) {
    const index = await indexed(path);
    const reader = openRowReader(index);
    const offset = index.layout.kind === 'chunked' ? index.layout.offsets[3]! : Number.NaN;
    truncateSync(path, index.layout.kind === 'contiguous' ? index.layout.offset + 6 * 120 + 7 : offset + 7);
    assert.throws(
      () => reader.readRow(6, new Int16Array(60), 0),
      /row 6: expected 120 bytes at byte \d+, read 7; the file is cut short/,
    );
    await assert.rejects(openRowIndex(path, 'input'), /cut short/);
    reader.close();
  }
});

test('readRow() keeps decoded chunks within a bound, and reads on when there are more', async () => {
  // 5 chunks of 8 MiB: one more than is kept.
  const [file] = writeLayouts(folder, {
    big: { shape: [10, 2 ** 21], chunks: [2, 2 ** 21], shuffle: true },
  });
  const reader = openRowReader(await indexed(file!.path));
  for (const row of [0, 2, 4, 6, 8, 1, 3, 9])
    assert.equal(sha256(reader.readRowBytes(row)), file!.hashes[row]);
  reader.close();
});

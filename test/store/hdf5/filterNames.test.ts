import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { checkFilters, filterName } from '../../../src/store/hdf5/filterNames.js';
import { openLibraryRows } from '../../../src/store/hdf5/libraryRows.js';
import { openRowIndex } from '../../../src/store/hdf5/openRowIndex.js';
import { openRows } from '../../../src/store/hdf5/openRows.js';
import { openPatchFile } from '../../../src/store/patchFile.js';
import { voxlab } from '../../commands/voxlab.js';
import { runPython } from '../../python.js';
import { writeForeign } from '../foreignFixture.js';
import { sha256 } from '../layoutFixture.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-filters-'));
after(() => rmSync(folder, { recursive: true }));

/** hdf5plugin's filters and h5py's own, by what they are called in Python. */
const READ: Readonly<Record<string, string>> = {
  zstd: 'hdf5plugin.Zstd()',
  'zstd-20': 'hdf5plugin.Zstd(clevel=20)',
  lz4: 'hdf5plugin.LZ4()',
  'lz4-blocks': 'hdf5plugin.LZ4(nbytes=64)',
  bitshuffle: "hdf5plugin.Bitshuffle(cname='none')",
  'bitshuffle-lz4': "hdf5plugin.Bitshuffle(cname='lz4')",
  'bitshuffle-zstd': "hdf5plugin.Bitshuffle(cname='zstd')",
  lzf: "dict(compression='lzf')",
  szip: "dict(compression='szip')",
  'szip-ec': "dict(compression='szip', compression_opts=('ec', 16))",
  'scale-offset': 'dict(scaleoffset=0)',
  ...Object.fromEntries(
    ['blosclz', 'lz4', 'lz4hc', 'zstd'].flatMap((inside) =>
      [0, 1, 2].flatMap((shuffle) => [
        [`blosc-${inside}-${shuffle}`, `hdf5plugin.Blosc(cname='${inside}', shuffle=${shuffle})`],
        [`blosc2-${inside}-${shuffle}`, `hdf5plugin.Blosc2(cname='${inside}', filters=${shuffle})`],
      ]),
    ),
  ),
  'blosc2-delta': "hdf5plugin.Blosc2(cname='zstd', filters=hdf5plugin.Blosc2.DELTA)",
  'blosc2-cut': "hdf5plugin.Blosc2(cname='zstd', filters=hdf5plugin.Blosc2.TRUNC_PREC)",
};

/** Files of each filter, with what h5py reads of each row; filters that do not take a type are left out for it. */
function writeFiltered(filters: Readonly<Record<string, string>>) {
  return runPython<{ name: string; path: string; hashes: string[] }[]>(
    `import json, sys, os, hashlib, h5py, hdf5plugin, numpy as np
folder, filters = json.load(sys.stdin); out = []
random = np.random.default_rng(11)
for name, options in filters.items():
  for dtype in ('<i2', '>i2', 'u1', '<i4', '<f4', '<f8'):
    for part, chunks in (('rows', (1, 1500)), ('uneven', (4, 512))):
      # Of h5py's own: scaleoffset=0 is for integers of more than a byte.
      if name == 'scale-offset' and dtype in ('u1', '<f4', '<f8'): continue
      x = random.normal(0, 100, (7, 1500)); x[:, ::3] = 7; x = np.clip(x, 0, 255).astype(dtype) if dtype == 'u1' else x.astype(dtype)
      path = os.path.join(folder, '%s-%s-%s.hdf5' % (name, dtype.strip('<>') + ('be' if '>' in dtype else ''), part))
      with h5py.File(path, 'w') as f: f.create_dataset('input', data=x, chunks=chunks, **eval(options))
      with h5py.File(path, 'r') as f: rows = f['input'][...]
      out.append(dict(name=path, path=path, hashes=[hashlib.sha256(row.astype(x.dtype.newbyteorder('<')).tobytes()).hexdigest() for row in rows]))
print(json.dumps(out))`,
    [folder, filters],
  );
}

test(`rows of ${Object.keys(READ).length} filters of hdf5plugin and h5py are read as h5py reads them, in each type and chunk shape that a filter takes`, async () => {
  const files = writeFiltered(READ);
  assert.ok(files.length > 390, String(files.length));
  for (const { name, path, hashes } of files)
    for (const reader of [
      await openRows(await openRowIndex(path, 'input')),
      await openLibraryRows(path, 'input'),
    ]) {
      for (const [row, hash] of hashes.entries())
        assert.equal(sha256(reader.readRowBytes(row)), hash, `${name}, row ${row}`);
      reader.close();
    }
});

/** What nothing here reads, and what it is called. */
const REFUSED: Readonly<Record<string, readonly [options: string, name: RegExp]>> = {
  'blosc-zlib': ["hdf5plugin.Blosc(cname='zlib')", /blosc with zlib \(filter 32001\)/],
  'blosc2-zlib': ["hdf5plugin.Blosc2(cname='zlib')", /blosc2 with zlib \(filter 32026\)/],
  bzip2: ['hdf5plugin.BZip2()', /bzip2 \(filter 307\)/],
  zfp: ['hdf5plugin.Zfp(reversible=True)', /zfp \(filter 32013\)/],
  sz: ['hdf5plugin.SZ(absolute=0.1)', /sz \(filter 32017\)/],
  sz3: ['hdf5plugin.SZ3(absolute=0.1)', /sz3 \(filter 32024\)/],
  sperr: ['hdf5plugin.Sperr()', /sperr \(filter 32028\)/],
  fcidecomp: ['hdf5plugin.FciDecomp()', /fcidecomp \(filter 32018\)/],
  unknown: ['UNKNOWN', /an unknown filter \(number 305\)/],
};

test('openPatchFile() refuses the filters that it cannot read: dataset, name, number and the h5repack line, in any dataset', async () => {
  const voxelsBy = (options: string): string => {
    if (options === 'UNKNOWN')
      return `dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE); dcpl.set_chunk((1, 64)); dcpl.set_filter(305, h5py.h5z.FLAG_OPTIONAL, (1, 2))
del f['input']; h5py.h5d.create(f.id, b'input', h5py.h5t.STD_I16LE, h5py.h5s.create_simple((6, 64)), dcpl); f['input'].attrs['lshape'] = (4, 4, 4, 1)`;
    const type = /SZ|Sperr|Zfp/.test(options) ? "'<f4'" : /Fci/.test(options) ? "'<u2'" : "'<i2'";
    const [data, chunks] = /Sperr|Fci/.test(options) ? ['x.reshape(6, 8, 8)', '(1, 8, 8)'] : ['x', '(2, 64)'];
    return `voxels((${data}).astype(${type}), chunks=${chunks}, **${options})`;
  };
  const files = writeForeign(folder, {
    ...Object.fromEntries(Object.entries(REFUSED).map(([name, [options]]) => [name, voxelsBy(options)])),
    labels:
      "column('output', f['output'][...].astype('<i4'), chunks=(6, 1), **hdf5plugin.Blosc(cname='zlib'))",
    uids: "column('uuid', np.array([[b'a']] * 6), chunks=(6, 1), **hdf5plugin.Blosc2(cname='zlib'))",
  });
  for (const [name, path] of Object.entries(files)) {
    const [dataset, filter] = {
      labels: ['output', /blosc with zlib/] as const,
      uids: ['uuid', /blosc2 with zlib/] as const,
    }[name] ?? ['input', REFUSED[name]![1]];
    await assert.rejects(openPatchFile(path), (error) => {
      assert.ok(error instanceof InputError, String(error));
      assert.ok(error.message.startsWith(`${path}: ${dataset}: its chunks are filtered by `), error.message);
      assert.match(error.message, filter);
      assert.match(error.message, /h5repack -f GZIP=4 in\.hdf5 out\.hdf5 \(h5repack needs the plugin/);
      assert.ok(!/synchronously|\n/.test(error.message));
      return true;
    });
  }
});

/** A file whose chunk of row 4 is damaged in 20 bytes, filtered by an option of create_dataset. */
function damaged(name: string, options: string, from: number): string {
  const path = writeForeign(folder, {
    [name]: `voxels((x // 500).astype('<f8'), chunks=(1, 64), **${options})`,
  })[name]!;
  const at = runPython<number>(
    `import json, sys, h5py
print(h5py.File(json.load(sys.stdin), 'r')['input'].id.get_chunk_info(4).byte_offset)`,
    path,
  );
  const bytes = readFileSync(path);
  bytes.fill(0xff, at + from, at + from + 20);
  writeFileSync(path, bytes);
  return path;
}

test('a damaged chunk of a filter that a plugin undoes is refused with row and filter; other rows are read', async () => {
  const patches = await openPatchFile(damaged('zstd', 'hdf5plugin.Zstd()', 0));
  const into = new Int16Array(64);
  for (const row of [3, 4, 5]) {
    const reading = patches.readRows([row], into);
    if (row === 4)
      await assert.rejects(
        reading,
        (error) =>
          error instanceof InputError &&
          /: input: row 4 of chunks that are filtered by zstd \(filter 32015\): the HDF5 library cannot read it/.test(
            error.message,
          ),
      );
    else await reading;
  }
  patches.close();
});

test('a plugin that breaks off at damaged bytes takes the library along: one line says it, and what is opened next has another', async () => {
  const path = damaged('blosc2', "hdf5plugin.Blosc2(cname='lz4')", 120);
  const { status, stdout, stderr } = voxlab('explore', path);
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(
    stderr,
    /^voxlab: .*: input: row 4 of chunks that are filtered by blosc2 \(filter 32026\): [^\n]*it breaks off[^\n]*\n$/,
  );

  const { good } = writeForeign(folder, { good: 'voxels(x, chunks=(1, 64), **hdf5plugin.Blosc())' });
  const [before, broken] = [await openPatchFile(good), await openPatchFile(path)];
  await assert.rejects(broken.readRows([4], new Int16Array(64)), /it breaks off/);
  const expected = new Int16Array(64);
  await assert.rejects(before.readRows([4], expected), /broke off at a damaged file; open this file again/);
  assert.throws(() => before.labels(), /open this file again/);
  for (const patches of [before, broken]) patches.close();
  const after = await openPatchFile(good);
  await after.readRows([4], expected);
  assert.ok(new Set(expected).size > 50);
  assert.deepEqual([...after.labels().classes], [1, 0, 1, 0, 0, 1]);
  after.close();
});

test('filterName() takes what a file calls a filter that nobody has registered, no longer than a line may be', () => {
  assert.equal(filterName({ id: 32015, name: 'x', values: [] }), 'zstd (filter 32015)');
  assert.equal(filterName({ id: 300, name: '', values: [] }), 'an unknown filter (number 300)');
  const long = filterName({ id: 300, name: 'x'.repeat(500), values: [] });
  assert.ok(long.length < 110 && long.includes('number 300, "xxx'));
  assert.doesNotThrow(() => checkFilters('f', 'input', [{ id: 1, name: '', values: [4] }]));
});

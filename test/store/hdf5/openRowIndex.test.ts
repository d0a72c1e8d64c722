import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { openLibraryRows } from '../../../src/store/hdf5/libraryRows.js';
import { openRowIndex } from '../../../src/store/hdf5/openRowIndex.js';
import { openRowReader } from '../../../src/store/hdf5/rowReader.js';
import { runPython } from '../../python.js';
import { indexed, type LayoutCases, type LayoutFile, sha256, writeLayouts } from '../layoutFixture.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-row-index-'));
after(() => rmSync(folder, { recursive: true }));

/** Every row by the index, against h5py; by the library too, where it can. */
async function agrees(cases: LayoutCases, libraryReads = true): Promise<void> {
  for (const { name, path, hashes } of writeLayouts(folder, cases)) {
    // The second index comes from the cache.
    for (const index of [await indexed(path), structuredClone(await indexed(path))]) {
      assert.equal(index.rows, hashes.length, name);
      const reader = openRowReader(index);
      for (const [row, hash] of hashes.entries())
        assert.equal(sha256(reader.readRowBytes(row)), hash, `${name}, row ${row}`);
      reader.close();
    }
    if (!libraryReads) continue;
    const library = await openLibraryRows(path, 'input');
    for (const [row, hash] of hashes.entries()) assert.equal(sha256(library.readRowBytes(row)), hash, name);
    library.close();
  }
}

const FORMATS = ['earliest', 'latest'] as const;
const CHUNKS: Readonly<Record<string, object>> = {
  contiguous: {},
  'one-row': { chunks: [1, 60] },
  'many-rows': { shape: [150, 60], chunks: [64, 60] },
  uneven: { chunks: [3, 12] },
  'past-the-end': { chunks: [4, 37] },
  '1d': { shape: [9], chunks: [4] },
  '3d': { shape: [5, 6, 10], chunks: [2, 4, 3] },
  '4d': { shape: [5, 3, 4, 5], chunks: [1, 3, 4, 5] },
  '4d-inner': { shape: [5, 3, 4, 5], chunks: [2, 2, 4, 5] },
};

test('openRowIndex() finds the rows of contiguous files and of any chunk shape, as h5py reads them', async () => {
  const cases = FORMATS.flatMap((libver) =>
    Object.entries(CHUNKS).flatMap(([name, options]) => [
      [`${name}-${libver}`, { ...options, libver }],
      [`${name}-${libver}-block`, { ...options, libver, userblock_size: libver === 'latest' ? 2048 : 512 }],
    ]),
  );
  await agrees(Object.fromEntries(cases));
});

test('openRowIndex() and openRowReader() undo gzip, shuffle, fletcher32 and all of them', async () => {
  const filters: Readonly<Record<string, object>> = {
    gzip1: { compression: 'gzip', compression_opts: 1 },
    gzip9: { compression: 'gzip', compression_opts: 9 },
    shuffle: { shuffle: true },
    fletcher: { fletcher32: true },
    'gzip-shuffle': { compression: 'gzip', shuffle: true },
    'gzip-fletcher': { compression: 'gzip', fletcher32: true },
    all: { compression: 'gzip', shuffle: true, fletcher32: true },
  };
  const cases = Object.entries(filters).flatMap(([name, options]) =>
    FORMATS.flatMap((libver) =>
      ['<i2', '>f8', '|u1'].flatMap((dtype, i) =>
        ['one-row', 'uneven'].map((chunks) => [
          `${name}-${libver}-${i}-${chunks}`,
          { ...CHUNKS[chunks], ...options, libver, dtype },
        ]),
      ),
    ),
  );
  await agrees(Object.fromEntries(cases));
});

test('openRowIndex() indexes LZF, as the plugin of the HDF5 library reads it', async () => {
  await agrees({
    lzf: { compression: 'lzf', chunks: [2, 60] },
    'lzf-long': {
      compression: 'lzf',
      chunks: [2, 5000],
      shape: [5, 5000],
      shuffle: true,
      fletcher32: true,
    },
    'lzf-latest': { compression: 'lzf', chunks: [7, 60], libver: 'latest' },
  });
});

test('openRowIndex() refuses a file of which the library cannot read a row, though the index beside it leads to one', async () => {
  const [{ path }] = writeLayouts(folder, {
    // Behind what the cache is checked against.
    refused: { chunks: [1, 60], libver: 'latest', shape: [40, 60], userblock_size: 131072 },
  }) as [LayoutFile];
  await indexed(path);
  // A bit of the file's own index, which the cache spares us; size and time stay.
  runPython(
    `import json, sys, os
path = json.load(sys.stdin); times = os.stat(path)
data = bytearray(open(path, 'rb').read()); data[data.find(b'FADB') + 40] ^= 1; open(path, 'wb').write(data)
os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns)); print('null')`,
    path,
  );
  await assert.rejects(
    openRowIndex(path, 'input'),
    (error) =>
      error instanceof InputError &&
      /: input: row \d+: the HDF5 library cannot read it \(.*incorrect metadata checksum.*\): the file is damaged; copy/.test(
        error.message,
      ),
  );
  rmSync(`${path}.index`);
  await assert.rejects(openRowIndex(path, 'input'), /FADB at byte \d+: its checksum is/);
});

test('openRowIndex() knows integers and floats of 1 to 8 bytes, in both byte orders', async () => {
  const types = [
    'i1',
    'u1',
    ...['i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f2', 'f4', 'f8'].flatMap((t) => [`<${t}`, `>${t}`]),
  ];
  const cases = types.flatMap((dtype, i) => [
    [`type-${i}`, { dtype }],
    [`type-${i}-chunks`, { dtype, chunks: [2, 25], libver: 'latest' }],
  ]);
  await agrees(Object.fromEntries(cases));
});

test('openRowIndex() knows resized files, unwritten chunks and their fill value, 0 rows and 1 row', async () => {
  const sizes: Readonly<Record<string, object>> = {
    grown: { chunks: [2, 60], maxshape: [null, 60], after: 'd.resize((12, 60)); d[10] = 5' },
    shrunk: { chunks: [2, 60], maxshape: [null, 60], after: 'd.resize((3, 60))' },
    'inner-unlimited': { chunks: [2, 25], maxshape: [7, null], after: 'd.resize((7, 90)); d[:, 70:] = 3' },
    'inner-unlimited-most': {
      chunks: [2, 25],
      maxshape: [20, null],
      after: 'd.resize((9, 90)); d[8, 70:] = 3',
    },
    'both-unlimited': { chunks: [1, 25], maxshape: [null, null], after: 'd.resize((9, 90)); d[8, 80:] = 3' },
    'most-rows': { chunks: [2, 25], maxshape: [30, 100], after: 'd.resize((9, 90)); d[8, 80:] = 3' },
    'fill-zero': { chunks: [2, 25], rows: 3 },
    'fill-air': { chunks: [2, 25], rows: 3, fillvalue: -1000 },
    'never-written': { chunks: [2, 25], rows: 0, fillvalue: -1000 },
    'never-written-contiguous': { rows: 0, fillvalue: -1000 },
    'one-row-only': { shape: [1, 60], chunks: [1, 60] },
    'one-gzip': { shape: [2, 60], chunks: [2, 60], compression: 'gzip' },
    'no-rows': { shape: [0, 60], chunks: [4, 60], maxshape: [null, 60] },
    'no-rows-contiguous': { shape: [0, 60] },
  };
  const cases = Object.entries(sizes).flatMap(([name, options]) =>
    FORMATS.map((libver) => [`${name}-${libver}`, { ...options, libver }]),
  );
  await agrees(Object.fromEntries(cases));
});

test('openRowIndex() reads indexes of several levels, pages and blocks: 5,000 chunks, 20,000 in arrays', async () => {
  const cases = FORMATS.flatMap((libver) => [
    [`deep-${libver}`, { libver, shape: [5000, 4], chunks: [1, 4], dtype: 'u1' }],
    [`deep-gzip-${libver}`, { libver, shape: [2500, 4], chunks: [1, 2], compression: 'gzip' }],
    [
      `deep-growing-${libver}`,
      { libver, shape: [20000, 2], chunks: [1, 2], maxshape: [null, 2], dtype: 'u1' },
    ],
    [`deep-sparse-${libver}`, { libver, shape: [20000, 2], chunks: [1, 2], rows: 1, after: 'd[19000] = 4' }],
    [
      `deep-sparse-growing-${libver}`,
      { libver, shape: [20000, 2], chunks: [1, 2], maxshape: [null, 2], rows: 1, after: 'd[19000] = 4' },
    ],
    // Blocks of an extensible array have pages from element 131,056 on.
    [
      `deep-pages-${libver}`,
      {
        libver,
        shape: [140000, 1],
        chunks: [1, 1],
        maxshape: [null, 1],
        rows: 1,
        after: 'd[131054:131060] = 4; d[133105] = 5; d[139000] = 6',
      },
    ],
    [`deep-both-${libver}`, { libver, shape: [5000, 4], chunks: [1, 2], maxshape: [null, null] }],
    [
      `deep-both-gzip-${libver}`,
      { libver, shape: [3000, 4], chunks: [1, 2], maxshape: [null, null], compression: 'gzip' },
    ],
  ]);
  await agrees(Object.fromEntries(cases), false);
});

test('openRowIndex() reads implicit indexes, compact data and fill values of low-level writers', async () => {
  const files = runPython<{ path: string; hashes: string[] }[]>(
    `import json, sys, os, hashlib, h5py, numpy as np
folder = json.load(sys.stdin); out = []
x = np.arange(7 * 60, dtype='<i2').reshape(7, 60)
for name in ('implicit', 'compact'):
  path = os.path.join(folder, 'low-' + name)
  f = h5py.File(path, 'w', libver='latest')
  dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
  if name == 'compact': dcpl.set_layout(h5py.h5d.COMPACT)
  else: dcpl.set_chunk((2, 25)); dcpl.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
  d = h5py.Dataset(h5py.h5d.create(f.id, b'input', h5py.h5t.STD_I16LE, h5py.h5s.create_simple((7, 60), (9, 70) if name == 'implicit' else (7, 60)), dcpl))
  d[...] = x; f.close()
  out.append(dict(path=path, hashes=[hashlib.sha256(row.tobytes()).hexdigest() for row in x]))
print(json.dumps(out))`,
    folder,
  );
  for (const { path, hashes } of files) {
    const reader = openRowReader(await indexed(path));
    for (const [row, hash] of hashes.entries()) assert.equal(sha256(reader.readRowBytes(row)), hash, path);
    reader.close();
  }
});

test('openRowIndex() says in one line why it has no index: virtual, external, other filters and types', async () => {
  const path = join(folder, 'unknown.hdf5');
  runPython(
    `import json, sys, h5py, hdf5plugin, numpy as np
path = json.load(sys.stdin); f = h5py.File(path, 'w')
x = np.arange(420, dtype='i2').reshape(7, 60)
f.create_dataset('source', data=x)
layout = h5py.VirtualLayout((7, 60), 'i2'); layout[...] = h5py.VirtualSource(f['source'])
f.create_virtual_dataset('virtual', layout)
f.create_dataset('external', data=x, external=[(path + '.raw', 0, h5py.h5f.UNLIMITED)])
f.create_dataset('scaled', data=x, chunks=(1, 60), scaleoffset=0); f.create_dataset('zstd', data=x, chunks=(1, 60), **hdf5plugin.Zstd())
f.create_dataset('flags', data=x > 3); f.create_dataset('scalar', data=3); f.create_dataset('text', data=['a'])
f['named'] = np.dtype('i2'); f.create_dataset('typed', data=x, dtype=f['named'])
f.close(); print('null')`,
    path,
  );
  const because = async (dataset: string): Promise<string> => {
    const index = await openRowIndex(path, dataset);
    return 'because' in index ? index.because : 'indexed';
  };
  assert.match(await because('virtual'), /^virtual: it is a virtual dataset|layout/);
  assert.match(await because('external'), /values lie in other files/);
  assert.match(await because('scaled'), /filtered by scale-offset \(filter 6\)/);
  assert.match(await because('zstd'), /filtered by zstd \(filter 32015\)/);
  assert.match(await because('flags'), /not plain numbers/);
  assert.match(await because('text'), /not plain numbers/);
  assert.match(await because('scalar'), /no rows/);
  assert.match(await because('typed'), /datatype lies elsewhere/);
  assert.match(await because('none'), /no such dataset/);
});

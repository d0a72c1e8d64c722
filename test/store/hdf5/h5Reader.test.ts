import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { InputError } from '../../../src/errors.js';
import { openH5 } from '../../../src/store/hdf5/h5Reader.js';
import { openLibraryRows } from '../../../src/store/hdf5/libraryRows.js';
import { openPatchFile } from '../../../src/store/patchFile.js';
import { runPython } from '../../python.js';

process.env.VOXLAB_READ_LIMIT_S = '2';

/** By h5py; `note` of `extra`, which no check of our own looks at, is of variable length. */
const PROGRAM = `
import h5py, json, sys
import numpy as np
path = json.load(sys.stdin)
with h5py.File(path, 'w') as f:
    f['input'] = np.arange(32, dtype='<i2').reshape(4, 8)
    f['input'].attrs['lshape'] = np.array([2, 2, 2, 1])
    for name in ('output', 'notrain', 'subsets'):
        f[name] = np.zeros((4, 1), '<i8')
    f['centroid'] = np.zeros((4, 3))
    f['uuid'] = np.array([[b'a']] * 4)
    f['extra'] = np.zeros(3)
    f['extra'].attrs['note'] = 'a text of variable length'
    f.create_dataset('wide', shape=(2, 1_500_000_000), dtype='<i2', chunks=(1, 1 << 20))
    f.create_dataset('broad', shape=(2, 450_000_000), dtype='<i2', chunks=(1, 1 << 20))
    f.create_dataset('long', shape=(2, 50_000_000), dtype='<i2', chunks=(1, 1 << 20))
print('null')
`;

/** A file, and copies whose heap says that its free space, or its first object, has no bytes. */
function prepare(t: TestContext): {
  readonly good: string;
  readonly endless: string;
  readonly broken: string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-library-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [good, endless, broken] = ['good', 'endless', 'broken'].map((name) => join(folder, `${name}.hdf5`));
  runPython(PROGRAM, good);
  const bytes = readFileSync(good!);
  const heap = bytes.indexOf('GCOL');
  const object = heap + 16;
  const free = object + 16 + 8 * Math.ceil(Number(bytes.readBigUInt64LE(object + 8)) / 8);
  assert.deepEqual([bytes.readUInt16LE(object), bytes.readUInt16LE(free)], [1, 0]);
  for (const [file, at] of [[endless!, free] as const, [broken!, object] as const]) {
    const damaged = Buffer.from(bytes);
    damaged.writeBigUInt64LE(0n, at + 8);
    writeFileSync(file, damaged);
  }
  return { good: good!, endless: endless!, broken: broken! };
}

async function noteOf(path: string): Promise<unknown> {
  const patches = await openPatchFile(path);
  try {
    return patches.datasets().extra!.attributes.note;
  } finally {
    patches.close();
  }
}

test('a file at which the library comes to no end, or breaks off, costs that file: the next is read', async (t) => {
  const { good, endless, broken } = prepare(t);
  assert.equal(await noteOf(good), 'a text of variable length');
  for (const [path, reason] of [
    [endless, /endless\.hdf5: the HDF5 library came to no end within 2 s: the file is damaged, or its disk/],
    [
      broken,
      /broken\.hdf5: extra: the HDF5 library cannot read it \(it breaks off: the bytes are damaged\)$/,
    ],
  ] as const) {
    const before = await openPatchFile(good);
    const began = performance.now();
    await assert.rejects(noteOf(path), (error) => error instanceof InputError && reason.test(error.message));
    assert.ok(performance.now() - began < 20_000);
    // What the same copy of the library had open went with it; what an index reads goes on.
    assert.throws(
      () => before.labels(),
      /good\.hdf5: the HDF5 library broke off at .*; open this file again/,
    );
    assert.equal((await before.readRowBytes(1))[0], 8);
    before.close();
    assert.equal(await noteOf(good), 'a text of variable length');
  }
  // The thread that came to no end has ended.
  await setTimeout(500);
  const { user, system } = process.cpuUsage();
  await setTimeout(1000);
  const busy = process.cpuUsage({ user, system });
  assert.ok(busy.user + busy.system < 500_000, `${busy.user + busy.system} us of a second`);
});

test('a row of more memory than the library has is refused, and it goes on', async (t) => {
  const { good } = prepare(t);
  for (const name of ['wide', 'broad']) {
    const rows = await openLibraryRows(good, name);
    const before = process.memoryUsage.rss();
    assert.throws(
      () => rows.readRowBytes(0),
      new RegExp(`good\\.hdf5: ${name}: row 0: the HDF5 library cannot read it`),
    );
    assert.ok(process.memoryUsage.rss() - before < 3e8);
    rows.close();
  }
  const rows = await openLibraryRows(good, 'long');
  assert.equal(rows.readRowBytes(1).length, 1e8);
  rows.close();
  assert.equal(await noteOf(good), 'a text of variable length');
});

test('openH5() says what lies in a file, names it in each error, and reads nothing of a closed one', async (t) => {
  const { good } = prepare(t);
  const file = await openH5(good, 'the file', 'the user names it');
  assert.deepEqual(file.keysOf('/'), file.keys());
  assert.equal(file.keysOf('input'), undefined);
  const extra = file.get('extra');
  assert.ok(typeof extra !== 'string');
  assert.deepEqual([extra.path, extra.shape, extra.value], ['/extra', [3], new Float64Array(3)]);
  assert.deepEqual(Object.keys(extra.attrs), ['note']);
  assert.deepEqual(Object.keys(file.attrsOf('/input')), ['lshape']);
  assert.equal(file.get('none'), 'nothing');
  file.close();
  assert.throws(() => file.keys(), /the file is closed/);
  await assert.rejects(
    openH5(`${good}.none`, 'all', 'named.h5'),
    /^InputError: named\.h5: all: the HDF5 library/,
  );
});

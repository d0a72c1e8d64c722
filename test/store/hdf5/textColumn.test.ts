import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { readTexts } from '../../../src/store/hdf5/textColumn.js';
import { openPatchFile } from '../../../src/store/patchFile.js';
import { runPython } from '../../python.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-texts-'));
after(() => rmSync(folder, { recursive: true }));

/** Layouts of h5py, by name. Texts of rows are of 0 to 300 characters, not all of them ASCII. */
const LAYOUTS = ['contiguous', 'rows', 'chunks', 'gzip', 'growing'];
const ROWS = 300;

before(() => {
  runPython(
    `import h5py, json, numpy as np, os, sys
folder = json.load(sys.stdin)
texts = np.array([['ä.%d.' % row + 'x' * (row % 7 * 40)] if row % 11 else [''] for row in range(${ROWS})], dtype=object)
layouts = dict(contiguous={}, rows=dict(chunks=(1, 1)), chunks=dict(chunks=(64, 1)), gzip=dict(chunks=(64, 1), compression='gzip'), growing=dict(chunks=(32, 1), maxshape=(None, 1)))
for version in ('earliest', 'latest'):
    for name, layout in layouts.items():
        with h5py.File(os.path.join(folder, f'{name}-{version}.hdf5'), 'w', libver=version) as file:
            data = file.create_dataset('input', data=np.zeros((${ROWS}, 8), '<i2'))
            data.attrs['lshape'] = (2, 2, 2, 1)
            data.attrs['note'] = 'a text of variable length'
            for column in ('output', 'notrain', 'subsets'):
                file.create_dataset(column, data=np.zeros((${ROWS}, 1), int))
            file.create_dataset('centroid', data=np.zeros((${ROWS}, 3)))
            file.create_dataset('uuid', data=texts, dtype=h5py.string_dtype(), **layout)
print('null')`,
    folder,
  );
});

function expectedTexts(file: string): string[] {
  return runPython(
    `import h5py, json, sys
with h5py.File(json.load(sys.stdin)) as file: print(json.dumps([row[0].decode() for row in file['uuid'][:]]))`,
    file,
  );
}

for (const version of ['earliest', 'latest'])
  for (const layout of LAYOUTS)
    test(`readTexts() gives the texts that h5py reads: ${layout}, ${version}`, () => {
      const file = join(folder, `${layout}-${version}.hdf5`);
      const expected = expectedTexts(file);
      assert.equal(expected.length, ROWS);
      assert.deepEqual(readTexts(file, 'uuid', [0, ROWS]), expected);
      assert.deepEqual(readTexts(file, 'uuid', [17, 40]), expected.slice(17, 40));
    });

test('readTexts() knows nothing of numbers', () => {
  assert.equal(readTexts(join(folder, 'rows-latest.hdf5'), 'output', [0, 1]), undefined);
});

/** The file with another 8-byte number at `at` bytes behind the `which`-th heap collection. */
function withNumber(which: number, at: number, value: bigint): string {
  const bytes = readFileSync(join(folder, 'contiguous-earliest.hdf5'));
  let heap = -1;
  for (let i = 0; i <= which; i++) heap = bytes.indexOf('GCOL', heap + 1);
  assert.ok(heap >= 0);
  bytes.writeBigUInt64LE(value, heap + at);
  const file = join(folder, `damaged-${which}-${at}-${value}.hdf5`);
  writeFileSync(file, bytes);
  return file;
}

test('sizes that would keep the library busy for ever are damage: of free space, of objects, of the collection', async () => {
  const heaps =
    readFileSync(join(folder, 'contiguous-earliest.hdf5')).toString('latin1').split('GCOL').length - 1;
  assert.ok(heaps > 1);
  for (let which = 0; which < heaps; which++)
    for (const [at, value] of [
      [24, 0xffff_ffff_ffffn],
      [8, 8n],
      [8, 0xffff_ffffn],
    ] as const) {
      const read = async (): Promise<void> => {
        const patches = await openPatchFile(withNumber(which, at, value));
        try {
          patches.places();
        } finally {
          patches.close();
        }
      };
      await assert.rejects(
        read,
        (error) => error instanceof InputError && /GCOL at byte \d+/.test(error.message),
      );
    }
});

test('free space of size 0, at which the HDF5 library goes round for ever, is refused', async () => {
  const bytes = readFileSync(join(folder, 'contiguous-earliest.hdf5'));
  const heap = bytes.lastIndexOf('GCOL');
  const size = Number(bytes.readBigUInt64LE(heap + 8));
  // Object 0 is the free space behind the last object.
  let at = heap + 16;
  while (bytes.readUInt16LE(at) !== 0) at += 16 + 8 * Math.ceil(Number(bytes.readBigUInt64LE(at + 8)) / 8);
  assert.ok(at < heap + size - 16);
  bytes.writeBigUInt64LE(0n, at + 8);
  const file = join(folder, 'endless.hdf5');
  writeFileSync(file, bytes);
  const patches = await openPatchFile(file);
  assert.throws(() => patches.places(), /GCOL at byte \d+: object 0 has 0 bytes/);
  assert.throws(() => patches.findings([ROWS - 1]), InputError);
  patches.close();
});

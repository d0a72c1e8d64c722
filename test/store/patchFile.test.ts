import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { InputError } from '../../src/errors.js';
import { openPatchFile, type PatchFile } from '../../src/store/patchFile.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import { runPython } from '../python.js';
import { columns, format, provenance, rowsOf, VOXELS } from './patchFixture.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-reader-'));
const own = join(folder, 'own.hdf5');
const original = join(folder, 'original.hdf5');
after(() => rmSync(folder, { recursive: true }));
before(async () => {
  await writePatchFile(own, format, provenance, columns, [rowsOf(0, 5)]);
  // As the 2018 project wrote it: float32, chunks of (1, 2048), fixed-length bytes as uuid, no spacing.
  runPython(
    `import json, sys, h5py, numpy as np
f = h5py.File(json.load(sys.stdin), 'w')
x = np.arange(3 * 48, dtype=np.float32).reshape(3, 48) - 20.5
x[0, :4] = [1e6, -1e6, 0.5, 1.5]
d = f.create_dataset('input', data=x, chunks=(1, 48), maxshape=(None, 48)); d.attrs['lshape'] = (4, 4, 3, 1)
f.create_dataset('output', data=np.array([[1], [0], [1]])); f.create_dataset('notrain', data=np.zeros((3, 1)))
f.create_dataset('subsets', data=np.array([[5], [5], [1]])); f.create_dataset('centroid', data=np.ones((3, 3)))
f.create_dataset('uuid', data=np.array([[b'u1'], [b'u2'], [b'u3']]))
f.close(); print('null')`,
    original,
  );
});

/** Why rows are not read straight from the file; undefined where they are. */
const whyNoIndex = ({ input }: PatchFile): string | undefined =>
  'because' in input ? input.because : undefined;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test("openPatchFile() reads back columns, voxels, format and provenance of voxlab's files", async () => {
  const patches = await openPatchFile(own);
  assert.deepEqual([patches.rows, patches.voxelsPerRow, whyNoIndex(patches)], [5, VOXELS, undefined]);
  assert.deepEqual(patches.format, format);
  assert.deepEqual(patches.provenance, provenance);
  const { classes, notrain, subsets } = patches.labels();
  assert.deepEqual(
    [[...classes], [...notrain], [...subsets]],
    [columns.classes, columns.notrain, columns.subsets],
  );
  assert.deepEqual(patches.findings([3, 1]), [
    { seriesUid: 'é', centerWorldMm: [1e-7, 2, 3] },
    { seriesUid: 'a', centerWorldMm: [-4.5, 5.25, -6] },
  ]);
  const into = new Int16Array(3 * VOXELS);
  await patches.readRows([4, 0], into, VOXELS);
  assert.deepEqual(into.slice(VOXELS, 2 * VOXELS), rowsOf(4, 1));
  assert.deepEqual(into.slice(2 * VOXELS), rowsOf(0, 1));
  patches.close();
});

test('openPatchFile() refuses what is no provenance of ours, and names the place', async () => {
  const damaged = {
    'attribute scans.u1: expected a text, received 5': { scans: '{"u1": 5}' },
    'attribute settings: expected an object, received \\[\\]': { settings: '[]' },
    'attribute outside.u1\\[0\\]: expected a whole number': { outside: '{"u1": [null]}' },
    'attribute resampled.u1.gapsMm: expected two numbers': { resampled: '{"u1": {"gapsMm": [1]}}' },
    'attribute scans: expected JSON': { scans: '{' },
  };
  for (const [message, attributes] of Object.entries(damaged)) {
    const copy = join(folder, 'attributes.hdf5');
    copyFileSync(own, copy);
    runPython(
      `import json, sys, h5py
path, attributes = json.load(sys.stdin)
with h5py.File(path, 'a') as f: f.attrs.update(attributes)
print('null')`,
      [copy, attributes],
    );
    await assert.rejects(openPatchFile(copy), { name: 'InputError', message: new RegExp(message) });
  }
});

test('readRowBytes(): index, h5wasm and h5py read the same bytes', async () => {
  for (const file of [own, original]) {
    const expected = runPython<string[]>(
      `import json, sys, h5py, hashlib
f = h5py.File(json.load(sys.stdin), 'r')
print(json.dumps([hashlib.sha256(f['input'][i].tobytes()).hexdigest() for i in range(len(f['input']))]))`,
      file,
    );
    const patches = await openPatchFile(file);
    for (const [row, hash] of expected.entries()) {
      assert.equal(sha256(await patches.readRowBytes(row, 'index')), hash);
      assert.equal(sha256(await patches.readRowBytes(row, 'h5wasm')), hash);
    }
    await assert.rejects(patches.readRowBytes(expected.length), RangeError);
    patches.close();
  }
});

test("openPatchFile() reads the original project's files: float32 in chunks, uuid as bytes, 1 mm", async () => {
  const patches = await openPatchFile(original);
  assert.equal(whyNoIndex(patches), undefined);
  assert.equal(patches.provenance, undefined);
  assert.deepEqual(patches.format, { dim: 4, slices: 3, spacingMm: [1, 1, 1], interpolation: 'cubic' });
  assert.deepEqual(
    patches.findings([0, 2]).map(({ seriesUid }) => seriesUid),
    ['u1', 'u3'],
  );
  const row = new Int16Array(VOXELS);
  await patches.readRows([0], row);
  assert.deepEqual([...row.slice(0, 6)], [32767, -32768, 0, 2, -16, -16]);
  patches.close();
});

test('openPatchFile() finds rows in files of other writers: newest format, user block, many datasets', async () => {
  const files = runPython<{ path: string; hash: string }[]>(
    `import json, sys, os, h5py, hashlib, numpy as np
folder = json.load(sys.stdin); out = []
for name, options, extra in [('latest', dict(libver='latest'), 0), ('block', dict(userblock_size=1024), 0), ('many', {}, 40)]:
  path = os.path.join(folder, name + '.hdf5')
  with h5py.File(path, 'w', **options) as f:
    for i in range(extra): f.create_dataset('extra%02d' % i, data=[i])
    x = np.arange(96, dtype=np.int16).reshape(2, 48)
    f.create_dataset('input', data=x).attrs['lshape'] = (4, 4, 3, 1)
    for k in ('output', 'notrain', 'subsets'): f.create_dataset(k, data=np.zeros((2, 1), np.int64))
    f.create_dataset('centroid', data=np.zeros((2, 3))); f.create_dataset('uuid', data=np.array([[b'a'], [b'b']]))
  out.append(dict(path=path, hash=hashlib.sha256(x[1].tobytes()).hexdigest()))
print(json.dumps(out))`,
    folder,
  );
  for (const { path, hash } of files) {
    const patches = await openPatchFile(path);
    assert.equal(whyNoIndex(patches), undefined, path);
    assert.equal(sha256(await patches.readRowBytes(1)), hash, path);
    patches.close();
  }
});

test('openPatchFile() takes big-endian rows of several axes in chunks, and says why it reads a virtual dataset by h5wasm', async () => {
  const files = runPython<{ path: string; hash: string }[]>(
    `import json, sys, os, h5py, hashlib, numpy as np
folder = json.load(sys.stdin); out = []
x = np.arange(96).reshape(2, 3, 4, 4) - 40
for name in ('axes', 'virtual'):
  path = os.path.join(folder, name + '.hdf5')
  with h5py.File(path, 'w') as f:
    if name == 'axes': f.create_dataset('input', data=x.astype('>i4'), chunks=(2, 2, 4, 3), compression='gzip')
    else:
      f.create_dataset('source', data=x.astype('<i4')); layout = h5py.VirtualLayout(x.shape, '<i4')
      layout[...] = h5py.VirtualSource(f['source']); f.create_virtual_dataset('input', layout)
    f['input'].attrs['lshape'] = (4, 4, 3, 1)
    for k in ('output', 'notrain', 'subsets'): f.create_dataset(k, data=np.zeros((2, 1), np.int64))
    f.create_dataset('centroid', data=np.zeros((2, 3))); f.create_dataset('uuid', data=np.array([[b'a'], [b'b']]))
  out.append(dict(path=path, hash=hashlib.sha256(x[1].astype('<i4').tobytes()).hexdigest()))
print(json.dumps(out))`,
    folder,
  );
  const reasons = [];
  for (const { path, hash } of files) {
    const patches = await openPatchFile(path);
    reasons.push(whyNoIndex(patches));
    for (const reader of ['index', 'h5wasm'] as const)
      assert.equal(sha256(await patches.readRowBytes(1, reader)), hash, path);
    const into = new Int16Array(2 * VOXELS);
    await patches.readRows([0, 1], into);
    assert.deepEqual(
      into,
      Int16Array.from({ length: 96 }, (_, i) => i - 40),
    );
    patches.close();
  }
  assert.deepEqual(reasons, [undefined, 'input: it is a virtual dataset']);
});

test('openPatchFile() refuses what is missing, no HDF5, cut short at any place, or no patch file, in one line', async () => {
  const refused = async (path: string, reason: RegExp): Promise<void> => {
    await assert.rejects(openPatchFile(path), (error) => {
      assert.ok(error instanceof InputError, String(error));
      assert.match(error.message, reason);
      assert.ok(error.message.includes(path) && !error.message.includes('\n'));
      return true;
    });
  };
  await refused(join(folder, 'none.hdf5'), /expected a patch file, found nothing/);
  await refused(folder, /it is a folder/);
  const junk = join(folder, 'junk.hdf5');
  for (const content of ['', 'not HDF5', 'x'.repeat(5000)]) {
    writeFileSync(junk, content);
    await refused(junk, /expected an HDF5 file/);
  }
  const cut = join(folder, 'cut.hdf5');
  for (const length of [60, 100, 500, 2000]) {
    copyFileSync(own, cut);
    truncateSync(cut, length);
    await refused(cut, /cut short|expected an HDF5 file/);
  }
  const other = join(folder, 'other.hdf5');
  runPython(
    `import json, sys, h5py
f = h5py.File(json.load(sys.stdin), 'w'); f.create_dataset('input', data=[[1]]); f.close(); print('null')`,
    other,
  );
  await refused(other, /expected datasets output, notrain, subsets, centroid, uuid, found input/);
});

test('datasets() describes shape, type, chunks and attributes of every dataset', async () => {
  const patches = await openPatchFile(original);
  const { input, uuid } = patches.datasets();
  assert.deepEqual(input, {
    shape: [3, 48],
    dtype: 'float32',
    chunks: [1, 48],
    attributes: { lshape: [4, 4, 3, 1] },
  });
  assert.equal(uuid?.dtype, 'string');
  patches.close();
});

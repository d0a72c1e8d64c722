import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InputError } from '../../src/errors.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import { FOREIGN_VOXELS, writeForeign } from './foreignFixture.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-columns-'));
after(() => rmSync(folder, { recursive: true }));

test('columns of other types than voxlab writes are read as h5py reads them: bool, 1D, floats, big-endian, all kinds of strings', async () => {
  const text = "[['1.2.%d' % i] for i in range(6)]";
  const files = writeForeign(folder, {
    bool: "column('output', f['output'][...] == 1); column('notrain', np.zeros((6, 1), bool)); column('mask', x > 0); column('in_lung', np.arange(6) < 2)",
    'one-axis':
      "for k in ('output', 'notrain', 'notrain_reason', 'subsets', 'uuid'): d = f[k][...].ravel(); t = f[k].dtype; column(k, d, dtype=t)",
    floats:
      "for k in ('output', 'subsets'): column(k, f[k][...].astype('>f4'))\ncolumn('centroid', f['centroid'][...].astype('f2')); column('notrain', np.zeros((6, 1, 1), 'f2'))",
    integers:
      "column('centroid', np.arange(18).reshape(6, 3)); column('output', f['output'][...].astype('>u2'))",
    fixed: `column('uuid', np.array(${text}, 'S40'))`,
    'fixed-utf8': `column('uuid', np.array([[b'1.2.%d' % i] for i in range(6)], h5py.string_dtype('utf-8', 12)))`,
    'long-ascii': `column('uuid', np.array(${text}, dtype=object), dtype=h5py.string_dtype('ascii'))`,
    padded: `t = h5py.h5t.C_S1.copy(); t.set_size(9); t.set_strpad(h5py.h5t.STR_SPACEPAD)
del f['uuid']; h5py.Dataset(h5py.h5d.create(f.id, b'uuid', t, h5py.h5s.create_simple((6, 1)))).write_direct(np.array([[b'1.2.%d    ' % i] for i in range(6)], 'S9'))`,
    chunked: `column('uuid', np.array(${text}, 'S8'), chunks=(2, 1), compression='gzip'); column('output', f['output'][...], chunks=(4, 1), **hdf5plugin.Zstd())`,
  });
  for (const [name, path] of Object.entries(files)) {
    const patches = await openPatchFile(path);
    const { classes, notrain, notrainReason, subsets, inLung } = patches.labels();
    assert.deepEqual([...classes], [1, 0, 1, 0, 0, 1], name);
    assert.deepEqual([...subsets], [0, 0, 1, 1, 2, 2], name);
    assert.deepEqual([...notrain, ...notrainReason], Array(12).fill(0), name);
    const centre = name === 'integers' ? [3, 4, 5] : [-1.5, -0.5, 0.5];
    assert.deepEqual(
      patches.findings([1, 5]).map(({ seriesUid }) => seriesUid),
      ['1.2.1', '1.2.5'],
      name,
    );
    assert.deepEqual(patches.findings([1])[0]?.centerWorldMm, centre, name);
    assert.deepEqual(inLung && [...inLung], name === 'bool' ? [1, 1, 0, 0, 0, 0] : undefined);
    if (name === 'bool') {
      const [mask, voxels] = [new Uint8Array(FOREIGN_VOXELS), new Int16Array(FOREIGN_VOXELS)];
      patches.readMasks([4], mask);
      await patches.readRows([4], voxels);
      assert.deepEqual(
        [...mask],
        Array.from(voxels, (value) => (value > 0 ? 1 : 0)),
      );
    }
    patches.close();
  }
});

/** A change of a good file, and what is said of it behind the file's name. */
const REFUSED: Readonly<Record<string, readonly [change: string, reason: RegExp]>> = {
  'one-hot': [
    "column('output', np.eye(2)[[1, 0, 1, 0, 0, 1]])",
    /^output: expected one value a row, found 6 x 2; where each class has a column \(one-hot\), store .*np\.argmax/,
  ],
  'one-hot-bool': [
    "column('output', np.eye(3)[[1, 0, 1, 0, 0, 2]] > 0)",
    /^output: .* found 6 x 3; .*one-hot/,
  ],
  'output-scalar': ["column('output', 1)", /^output: expected rows, found one value/],
  'output-null': ["column('output', h5py.Empty('i8'))", /^output: expected rows, found no values/],
  'output-long': [
    "column('output', np.zeros((7, 1), 'i8'))",
    /^expected 6 rows of output as of input, found 7/,
  ],
  'output-empty': [
    "column('output', np.zeros((0, 1), 'i8'))",
    /^expected 6 rows of output as of input, found 0/,
  ],
  'output-text': [
    "column('output', np.array([[b'yes']] * 6))",
    /^output: expected integers or floats, found string/,
  ],
  'output-enum': [
    "column('output', np.ones((6, 1), 'i1'), dtype=h5py.enum_dtype({'NODULE': 1, 'OTHER': 0}, 'i1'))",
    /^output: expected integers or floats, found enum/,
  ],
  'output-group': ["del f['output']; f.create_group('output')", /^output: expected a dataset, found a group/],
  'output-dangling': [
    "del f['output']; f['output'] = h5py.SoftLink('/labels')",
    /^output: expected a dataset, found a soft link to \/labels, where nothing is/,
  ],
  'output-external': [
    "del f['output']; f['output'] = h5py.ExternalLink('labels.hdf5', '/output')",
    /^output: expected a dataset, found an external link to \/output of labels\.hdf5: copy what it leads to/,
  ],
  'output-type': [
    "del f['output']; f['output'] = np.dtype('i8')",
    /^output: expected a dataset, found a named type/,
  ],
  'output-circle': [
    "del f['output']; f['output'] = h5py.SoftLink('/output')",
    /^output: expected a dataset, found something that the HDF5 library cannot open/,
  ],
  'input-scalar': ["column('input', 3)", /^input: expected rows, found one value/],
  'input-null': ["column('input', h5py.Empty('i2'))", /^input: expected rows, found no values/],
  'input-text': [
    "column('input', np.array([[b'a'] * 64] * 6))",
    /^input: expected integers or floats, found string/,
  ],
  'input-compound': [
    "column('input', np.zeros((6, 64), [('hu', 'i2'), ('mask', 'u1')]))",
    /^input: expected integers or floats, found compound/,
  ],
  'input-complex': [
    "column('input', np.zeros((6, 64), 'c8'))",
    /^input: expected integers or floats, found /,
  ],
  'input-wide': [
    "column('input', np.zeros((6, 64), 'g'))",
    /^input: expected integers or floats, found float128/,
  ],
  'input-ragged': [
    "column('input', None, shape=(6,), dtype=h5py.vlen_dtype('i2'))",
    /^input: expected integers or floats, found variable length/,
  ],
  'centroid-flat': ["column('centroid', np.zeros(18))", /^expected 6 rows of centroid as of input, found 18/],
  'centroid-two': ["column('centroid', np.zeros((6, 2)))", /^centroid: expected 3 values a row, found 6 x 2/],
  'centroid-compound': [
    "column('centroid', np.zeros((6, 3), [('x', 'f8')]))",
    /^centroid: expected integers or floats, found compound/,
  ],
  'uuid-numbers': ["column('uuid', np.arange(6)[:, None])", /^uuid: expected strings, found int64/],
  'uuid-opaque': ["column('uuid', np.zeros((6, 1), 'V8'))", /^uuid: expected strings, found opaque/],
  'uuid-characters': [
    "column('uuid', np.zeros((6, 64), 'S1'))",
    /^uuid: expected one value a row, found 6 x 64/,
  ],
  'subsets-scalar': ["column('subsets', 0)", /^subsets: expected rows, found one value/],
  'mask-short': ["column('mask', np.zeros((6, 63), 'u1'))", /^mask: expected 64 values a row, found 6 x 63/],
  'mask-float': ["column('mask', np.zeros((6, 64)))", /^mask: expected one byte a voxel, found float64/],
  'reason-wide': [
    "column('notrain_reason', np.zeros((6, 2)))",
    /^notrain_reason: expected one value a row, found 6 x 2/,
  ],
  lshape: [
    "f['input'].attrs['lshape'] = 'cube'",
    /^expected an attribute lshape .* found NaN|^expected an attribute lshape/,
  ],
  'lshape-half': ["f['input'].attrs['lshape'] = np.array([4, 4, 4, 1], 'f2')", /^input: .*Float16/],
  settings: [
    "f.attrs['program'] = 'x'; f.attrs['settings'] = '{'; f.attrs['scans'] = '{}'",
    /^attribute settings: expected JSON/,
  ],
};

test(`openPatchFile() names the dataset, what was expected and what was found, of ${Object.keys(REFUSED).length} kinds that are none of ours`, async () => {
  const changes = Object.fromEntries(Object.entries(REFUSED).map(([name, [change]]) => [name, change]));
  for (const [name, path] of Object.entries(writeForeign(folder, changes)))
    await assert.rejects(
      openPatchFile(path),
      (error) => {
        assert.ok(error instanceof InputError, `${name}: ${error}`);
        assert.ok(error.message.startsWith(`${path}: `) && !error.message.includes('\n'), error.message);
        assert.match(error.message.slice(path.length + 2), REFUSED[name]![1], name);
        return true;
      },
      name,
    );
});

test('openPatchFile() opens a file of no rows', async () => {
  const files = writeForeign(folder, {
    'no-rows':
      "for k in list(f): column(k, f[k][:0], dtype=f[k].dtype)\nf['input'].attrs['lshape'] = (4, 4, 4, 1)",
    'no-rows-chunked':
      "for k in list(f): column(k, f[k][:0], dtype=f[k].dtype, chunks=(1, f[k].shape[1]), maxshape=(None, f[k].shape[1]))\nf['input'].attrs['lshape'] = (4, 4, 4, 1)",
  });
  for (const path of Object.values(files)) {
    const patches = await openPatchFile(path);
    assert.deepEqual([patches.rows, patches.labels().classes.length, patches.findings([])], [0, 0, []]);
    patches.close();
  }
});

test('labels() rounds, clamps and wraps nothing: what does not fit is refused by column, value and row', async () => {
  const files = writeForeign(folder, {
    minus: "column('output', np.array([[1], [0], [-1], [0], [-1], [1]]))",
    large: "column('output', np.array([[1], [256], [0], [0], [0], [1]]))",
    soft: "column('output', np.array([[0.9], [0.1], [1], [0], [0], [1]]))",
    nan: "column('output', np.array([[1], [np.nan], [1], [0], [0], [1]]))",
    left: "column('notrain', np.array([[0], [256], [2], [-1], [0], [0]]))",
    nothing: "column('notrain', np.array([[0], [np.nan], [0], [0], [0], [0]]))",
    half: "column('subsets', np.array([[0], [0.5], [0], [0], [0], [0]]))",
  });
  const labelsIn = async (name: keyof typeof files) => (await openPatchFile(files[name]!)).labels();
  for (const [name, reason] of [
    ['minus', /output: expected 0 or 1 in each row, received -1 in 2 rows \(first: row 2, 4\)/],
    ['large', /output: .*received 256 in 1 row \(first: row 1\)/],
    ['soft', /output: .*received 0\.9 in 1 row, 0\.1 in 1 row/],
    ['nan', /output: .*received NaN in 1 row/],
    ['nothing', /notrain: expected a number in each row, received NaN/],
    ['half', /subsets: expected a whole number in each row, received 0\.5/],
  ] as const)
    await assert.rejects(
      labelsIn(name),
      (error) => error instanceof InputError && reason.test(error.message),
      name,
    );
  assert.deepEqual(
    [...(await labelsIn('left')).notrain],
    [0, 1, 1, 1, 0, 0],
    'whatever is not 0 leaves a row out',
  );
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import { runPython } from '../python.js';
import { writeForeign } from '../store/foreignFixture.js';
import { columns, format, provenance, rowsOf } from '../store/patchFixture.js';
import { voxlab } from './voxlab.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-explore-'));
const file = join(folder, 'p.hdf5');
before(() => writePatchFile(file, format, provenance, columns, [rowsOf(0, 5)]));
after(() => rmSync(folder, { recursive: true }));

test('explore --json has the keys of the contract', () => {
  const { status, stdout } = voxlab('explore', file, '--json');
  assert.equal(status, 0);
  const overview = JSON.parse(stdout);
  assert.deepEqual(overview.datasets.input, {
    shape: [5, 48],
    dtype: 'int16',
    chunks: null,
    attributes: {
      lshape: [4, 4, 3, 1],
      axes: 'zyx',
      spacing: [1, 1, 2],
      intensity: 'HU',
      interpolation: 'linear',
    },
  });
  assert.deepEqual([overview.rows, overview.byClass, overview.bySubset], [5, { 0: 3, 1: 2 }, { 0: 3, 3: 2 }]);
  const values = rowsOf(0, 5);
  assert.deepEqual(overview.rangeHu, [Math.min(...values), Math.max(...values)]);
  assert.match(voxlab('explore', file).stdout, /5 patches of 4 x 4 x 3 voxels .* at 1 x 1 x 2 mm/);
});

test('explore --rows gives the sha256 of little-endian bytes, the same with both readers', () => {
  const expected = [0, 4].map((row) => ({
    row,
    sha256: createHash('sha256')
      .update(new Uint8Array(rowsOf(row, 1).buffer))
      .digest('hex'),
  }));
  for (const reader of ['index', 'h5wasm'])
    assert.deepEqual(
      JSON.parse(voxlab('explore', file, '--rows', '0,4', '--reader', reader, '--json').stdout),
      { reader, rows: expected },
    );
  assert.equal(JSON.parse(voxlab('explore', file, '--rows', 'all', '--json').stdout).rows.length, 5);
});

test('explore --rows: chunked rows by the index too, other layouts by h5wasm with one line that says so', () => {
  const others = runPython<{ chunked: string; virtual: string }>(
    `import json, sys, h5py
own = json.load(sys.stdin); out = {}
with h5py.File(own, 'r') as f:
  for name in ('chunked', 'virtual'):
    out[name] = own + '.' + name
    with h5py.File(out[name], 'w') as g:
      for k in f: f.copy(k, g, name='source' if (name, k) == ('virtual', 'input') else k)
      if name == 'chunked':
        del g['input']; g.create_dataset('input', data=f['input'][...], chunks=(2, 25), compression='gzip', shuffle=True)
      else:
        layout = h5py.VirtualLayout((5, 48), 'i2'); layout[...] = h5py.VirtualSource(g['source']); g.create_virtual_dataset('input', layout)
      for k, v in f['input'].attrs.items(): g['input'].attrs[k] = v
print(json.dumps(out))`,
    file,
  );
  const expected = voxlab('explore', file, '--rows', 'all').stdout;
  for (const path of [others.chunked, others.virtual])
    for (const reader of ['index', 'h5wasm']) {
      const { stdout, stderr } = voxlab('explore', path, '--rows', 'all', '--reader', reader);
      assert.equal(stdout, expected);
      const fellBack = path === others.virtual && reader === 'index';
      assert.equal(stderr, fellBack ? 'read with h5wasm: input: it is a virtual dataset\n' : '');
    }
  const json = voxlab('explore', others.virtual, '--rows', '0', '--reader', 'index', '--json').stdout;
  assert.equal(JSON.parse(json).fellBackTo, 'h5wasm');
});

test('explore: a row that is not there is wrong usage, a file that is no patch file a failure', () => {
  for (const rows of ['5', '-1', 'x', ''])
    assert.equal(voxlab('explore', file, '--rows', rows).status, 2, rows);
  assert.equal(voxlab('explore', file, '--reader', 'index').status, 2);
  const { status, stdout, stderr } = voxlab('explore', 'package.json', '--json');
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, /package\.json: expected an HDF5 file/);
});

test('explore lists what is no dataset of ours, and says of a file without rows that it has none', () => {
  const files = writeForeign(folder, {
    members:
      "f.create_group('meta'); f['nowhere'] = h5py.SoftLink('/x'); f['null'] = h5py.Empty('f4'); f['one'] = 3",
    'no-rows':
      "for k in list(f): column(k, f[k][:0], dtype=f[k].dtype)\nf['input'].attrs['lshape'] = (4, 4, 4, 1)",
  });
  const { datasets, others } = JSON.parse(voxlab('explore', files.members, '--json').stdout);
  assert.deepEqual(others, { meta: 'a group', nowhere: 'a soft link to /x, where nothing is' });
  assert.deepEqual([datasets.null.shape, datasets.one.shape], [null, []]);
  const text = voxlab('explore', files.members).stdout;
  assert.match(text, /\n {2}null +no values +float32.*\n {2}one +one value +int64/s);
  assert.match(text, /\n {2}meta +not read: a group\n {2}nowhere +not read: a soft link to \/x/);
  assert.equal(JSON.parse(voxlab('explore', files['no-rows'], '--json').stdout).rangeHu, null);
  assert.match(voxlab('explore', files['no-rows']).stdout, /0 patches .* mm\n {2}by class: none; 0 left out/);
});

test('explore, train and verify say of a file which dataset is filtered by what, and of which form another is', () => {
  const files = writeForeign(folder, {
    sz3: "voxels(x.astype('f4'), chunks=(2, 64), **hdf5plugin.SZ3(absolute=1))",
    'one-hot': "column('output', np.eye(2)[[1, 0, 1, 0, 0, 1]])",
  });
  for (const [name, reason] of [
    ['sz3', /sz3-patch\.hdf5: input: its chunks are filtered by sz3 \(filter 32024\).*h5repack -f GZIP=4/],
    ['one-hot', /one-hot-patch\.hdf5: output: expected one value a row, found 6 x 2; where .*argmax/],
  ] as const)
    for (const words of [['explore'], ['train', '--data'], ['verify', '--scans', folder]]) {
      const { status, stdout, stderr } = voxlab(...words, files[name]);
      assert.deepEqual([status, stdout], [1, ''], stderr);
      assert.match(stderr, reason, words[0]);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
    }
});

test('explore says all columns that training refuses as findings, and the rest of the file beside them', () => {
  const { path } = writeForeign(folder, {
    path: "f['output'][1] = 2; f['output'][2] = -1; f['subsets'][...] = f['subsets'][...]\nx = f['notrain'][...].astype('f8'); x[0] = np.nan; column('notrain', x)",
  });
  const { status, stdout } = voxlab('explore', path!, '--json');
  assert.equal(status, 0);
  const { rows, byClass, notrain, findings } = JSON.parse(stdout);
  assert.deepEqual([rows > 2, byClass, notrain], [true, {}, null]);
  assert.match(
    findings[0],
    /^output: expected 0 or 1 in each row, received 2 in 1 row, -1 in 1 row \(first: row 1, 2\).*; notrain: expected a number in each row, received NaN in 1 row/,
  );
  assert.match(voxlab('explore', path!).stdout, /by class: none\n.*finding: output: expected 0 or 1/s);
});

test('explore --html writes a page of patches, and says what cannot be', () => {
  const page = join(folder, 'pages', 'p.html');
  const run = voxlab('explore', file, '--html', page, '--rows', '1,3', '--json');
  assert.equal(run.status, 0, run.stderr);
  assert.deepEqual(JSON.parse(run.stdout), { page, rows: [1, 3], leftOut: [] });
  assert.match(readFileSync(page, 'utf8'), /^<!doctype html>.*"row":3/s);
  const refused = voxlab('explore', file, '--predictions', 'x.csv');
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /--predictions .* expected --html/);
});

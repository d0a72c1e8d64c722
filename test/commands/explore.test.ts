import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import { runPython } from '../python.js';
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

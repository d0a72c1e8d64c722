import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writePatchFile } from '../../src/store/writePatchFile.js';
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

test('explore: a row that is not there is wrong usage, a file that is no patch file a failure', () => {
  for (const rows of ['5', '-1', 'x', ''])
    assert.equal(voxlab('explore', file, '--rows', rows).status, 2, rows);
  assert.equal(voxlab('explore', file, '--reader', 'index').status, 2);
  const { status, stdout, stderr } = voxlab('explore', 'package.json', '--json');
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, /package\.json: expected an HDF5 file/);
});

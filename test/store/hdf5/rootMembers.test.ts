import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openPatchFile } from '../../../src/store/patchFile.js';
import { writeForeign } from '../foreignFixture.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-members-'));
after(() => rmSync(folder, { recursive: true }));

const BESIDE = `g = f.create_group('meta'); g['inner'] = x; f['to-group'] = h5py.SoftLink('/meta'); f['circle'] = h5py.SoftLink('/circle')
f['nowhere'] = h5py.SoftLink('/none'); f['outside'] = h5py.ExternalLink('other.hdf5', '/a'); f['type'] = np.dtype('i2'); f['up'] = f['/']
f['alias'] = h5py.SoftLink('/output'); f['scalar'] = 3; f['null'] = h5py.Empty('f4'); f['no-rows'] = np.zeros((0, 4))
f['compound'] = np.zeros(3, [('a', 'i4'), ('b', 'f8')]); f['text'] = 'one'; f['flags'] = np.arange(3) > 1; f['é'] = 1`;

test('a root group with groups, links, types, scalars and empty datasets: rows are read, each member is described', async () => {
  const files = writeForeign(folder, {
    members: BESIDE,
    'members-latest': `path = f.filename; f.close(); f = h5py.File(path + '.copy', 'w', libver='latest', track_order=True)
with h5py.File(path, 'r') as old:
  for k in old: old.copy(k, f)
${BESIDE}
f.close(); os.replace(path + '.copy', path)`,
    'linked-input':
      "f.create_group('store'); f.move('input', '/store/voxels'); f['input'] = h5py.SoftLink('/store/voxels')",
  });
  for (const [name, path] of Object.entries(files)) {
    const patches = await openPatchFile(path);
    const into = new Int16Array(64);
    await patches.readRows([5], into);
    assert.ok(new Set(into).size > 50, name);
    const { datasets, others } = { datasets: patches.datasets(), others: patches.others() };
    patches.close();
    if (name === 'linked-input') {
      assert.deepEqual(others, { store: 'a group' });
      continue;
    }
    assert.deepEqual(
      { ...others, circle: others.circle?.slice(0, 51) },
      {
        meta: 'a group',
        'to-group': 'a group',
        up: 'a group',
        nowhere: 'a soft link to /none, where nothing is',
        outside: 'an external link to /a of other.hdf5: copy what it leads to into this file',
        type: 'a named type',
        circle: 'something that the HDF5 library cannot open (special'.slice(0, 51),
      },
    );
    const described = (key: string): unknown => [datasets[key]?.shape, datasets[key]?.dtype];
    assert.deepEqual(described('alias'), [[6, 1], 'int64']);
    assert.deepEqual(described('scalar'), [[], 'int64']);
    assert.deepEqual(described('null'), [null, 'float32']);
    assert.deepEqual(described('no-rows'), [[0, 4], 'float64']);
    assert.deepEqual(described('compound'), [[3], 'compound']);
    assert.deepEqual(described('text'), [[], 'string']);
    assert.deepEqual(described('flags'), [[3], 'bool']);
    assert.deepEqual(described('é'), [[], 'int64']);
  }
});

test('a dataset of another file, which is there, is refused by name: also through a soft link', async () => {
  const OUT = `path = f.filename + '.voxels'; o = h5py.File(path, 'w'); f.copy('input', o); o.close(); del f['input']; f['there'] = h5py.ExternalLink(path, '/input')`;
  const files = writeForeign(folder, {
    'outside-input': `${OUT}; f.move('there', 'input')`,
    'outside-behind-a-link': `${OUT}; f['input'] = h5py.SoftLink('/there')`,
  });
  for (const path of Object.values(files))
    await assert.rejects(
      openPatchFile(path),
      /input: expected a dataset, found an external link to \/input of .*\.voxels: copy what it leads to into this file/,
    );
});

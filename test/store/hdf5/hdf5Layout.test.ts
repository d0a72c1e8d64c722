import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkHdf5File, findContiguous } from '../../../src/store/hdf5/hdf5Layout.js';
import { runPython } from '../../python.js';

test("findContiguous() gives h5py's offset, and nothing for chunks or an unknown name", (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-layout-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [libver, more] of [
    ['earliest', 0],
    ['latest', 0],
    ['earliest', 40],
    ['latest', 6],
    ['latest', 12],
  ] as const) {
    const path = join(folder, `${libver}${more}`);
    const offset = runPython<number>(
      `import json, sys, h5py, numpy as np
path, libver, more = json.load(sys.stdin)
f = h5py.File(path, 'w', libver=libver)
for i in range(30): f.attrs['a%d' % i] = 'x' * 200
f.create_dataset('first', data=np.arange(1000)); f.create_dataset('x', data=np.arange(12, dtype=np.int16))
for i in range(more): f.create_dataset('more%d' % i, data=np.arange(3))
f.create_dataset('chunked', data=np.arange(100), chunks=(10,)); f.flush()
print(f['x'].id.get_offset())`,
      [path, libver, more],
    );
    assert.deepEqual(findContiguous(path, 'x'), { offset, bytes: 24 }, libver);
    assert.equal(findContiguous(path, 'chunked'), undefined);
    assert.equal(findContiguous(path, 'none'), undefined);
    checkHdf5File(path);
  }
});

import assert from 'node:assert/strict';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { crop } from '../../src/patches/crop.js';
import { verifyPatchFile } from '../../src/patches/verifyPatchFile.js';
import { findContiguous } from '../../src/store/hdf5/hdf5Layout.js';
import { cropFixture, cropOne, writeScan } from './cropFixture.js';

test('verifyPatchFile() finds nothing in a file as it was cut, linear or cubic', async (t) => {
  const options = cropFixture(t);
  const [format] = options.formats;
  const formats = [format!, { ...format!, dim: 9, slices: 5, interpolation: 'cubic' as const }];
  for (const { file, rows } of await crop({ ...options, formats }))
    assert.deepEqual(await verifyPatchFile({ file, scansFolder: options.scansFolder }), {
      ...{ file, rows, scans: 3 },
      ...{ missing: [], changed: [], wrongRows: [], failedScans: [] },
    });
});

test('verifyPatchFile() names a changed voxel, a changed scan and one that is gone', async (t) => {
  const options = cropFixture(t);
  const { scansFolder } = options;
  const { file, rows } = await cropOne(options);
  const { offset, bytes } = findContiguous(file, 'input')!;
  const row = 7;
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.from([99]), 0, 1, offset + (row * bytes) / rows + 100);
  closeSync(handle);
  const one = await verifyPatchFile({ file, scansFolder });
  assert.deepEqual(
    one.wrongRows.map((wrong) => [wrong.row, wrong.reason]),
    [[row, 'other voxels than cutting gives']],
  );
  writeScan(join(scansFolder, 'subset1'), 'b', 'another');
  rmSync(join(scansFolder, 'subset0', 'c.mhd'));
  const two = await verifyPatchFile({ file, scansFolder });
  assert.deepEqual(
    two.changed.map(({ uid }) => uid),
    ['b'],
  );
  assert.match(two.changed[0]!.expected, /^[0-9a-f]{64}$/);
  assert.notEqual(two.changed[0]!.expected, two.changed[0]!.received);
  assert.deepEqual(
    two.missing.map(({ uid }) => uid),
    ['c'],
  );
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { prepareCrop } from '../../src/patches/cropJob.js';
import { expectedHeader } from '../../src/patches/patchHeader.js';
import { findContiguous } from '../../src/store/hdf5/hdf5Layout.js';
import { startPatchThread } from '../../src/store/patchThread.js';
import { cropFixture, cropOne, INSIDE_MM } from './cropFixture.js';

test('expectedHeader() is as long as the header that the scans give', async (t) => {
  const options = {
    ...cropFixture(t, INSIDE_MM),
    lungMask: true,
    normalise: { kind: 'zscore' },
  } as const;
  const { file } = await cropOne(options);
  const expected = join(options.folder, 'expected.hdf5');
  const thread = startPatchThread();
  t.after(() => thread.end());
  await thread.create(file, { path: expected, ...expectedHeader((await prepareCrop(options))[0]!) });
  for (const dataset of ['input', 'mask'])
    assert.deepEqual(findContiguous(expected, dataset), findContiguous(file, dataset));
});

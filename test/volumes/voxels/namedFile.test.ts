import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberedName } from '../../../src/volumes/voxels/namedFile.js';

// namedFile(): test/volumes/nrrd/nrrdReader.test.ts.

test('numberedName() fills numbers in as printf does', () => {
  const patterns = ['s%03d.raw', 's%3i.raw', 's%d.raw', '%02d/%02d.raw', '100%%-%u.raw'];
  assert.deepEqual(
    patterns.map((pattern) => numberedName(pattern, 7)),
    ['s007.raw', 's  7.raw', 's7.raw', '07/07.raw', '100%-7.raw'],
  );
  assert.deepEqual([numberedName('%03d', -3), numberedName('%3d', -3)], ['-03', ' -3']);
});

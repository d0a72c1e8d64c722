import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnvironmentError } from '../../src/errors.js';
import { bytesAt, libraryFolder } from '../../src/tensorflow/library.js';

test("libraryFolder() is the clone's Python environment, or the folder that VOXLAB_TENSORFLOW_DIR names", (t) => {
  const before = process.env.VOXLAB_TENSORFLOW_DIR;
  t.after(() => {
    if (before === undefined) delete process.env.VOXLAB_TENSORFLOW_DIR;
    else process.env.VOXLAB_TENSORFLOW_DIR = before;
  });
  delete process.env.VOXLAB_TENSORFLOW_DIR;
  assert.match(libraryFolder(), /\.venv\/lib\/python3\.\d+\/site-packages\/tensorflow$/);
  process.env.VOXLAB_TENSORFLOW_DIR = '/no/such/folder';
  assert.throws(
    libraryFolder,
    (error) =>
      error instanceof EnvironmentError && /VOXLAB_TENSORFLOW_DIR.*\/no\/such\/folder/.test(error.message),
  );
});

test('bytesAt() of no bytes needs no address', () => {
  assert.equal(bytesAt(0n, 0).length, 0);
});

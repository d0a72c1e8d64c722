import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EnvironmentError } from '../src/errors.js';
import { freeDiskBytes, requireDisk } from '../src/freeDisk.js';

test('requireDisk() names the folder, what it lacks, what for, and what to do', () => {
  requireDisk(tmpdir(), 1, 'a byte', 'or not');
  assert.throws(
    () => requireDisk(tmpdir(), 2 ** 60, '7 patches', 'or cut shards'),
    (error) =>
      error instanceof EnvironmentError &&
      /MiB of free disk for 7 patches, found \d+ MiB; free some, or cut shards$/.test(error.message),
  );
});

test('freeDiskBytes() of a folder that is to be made is that of the disk that it will lie on', () => {
  const [there, later] = [tmpdir(), join(tmpdir(), 'voxlab none', 'none')].map(freeDiskBytes);
  assert.ok(Math.abs(there! - later!) < 2 ** 30);
});

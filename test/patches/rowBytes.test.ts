import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bytesOnDisk } from '../../src/patches/rowBytes.js';

test('bytesOnDisk() counts no hole', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-disk-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'file');
  assert.equal(bytesOnDisk(file), 0);
  writeFileSync(file, Buffer.alloc(100_000, 1));
  truncateSync(file, 10_000_000);
  assert.ok(bytesOnDisk(file) < 1_000_000);
});

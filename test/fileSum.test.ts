import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sumOfFile } from '../src/fileSum.js';

test('sumOfFile() equals sha256sum, for files of several pieces', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-sum-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'large');
  writeFileSync(path, 'voxel'.repeat(500_000));
  const expected = execFileSync('sha256sum', [path], { encoding: 'utf8' }).split(' ')[0];
  assert.deepEqual(sumOfFile(path), { bytes: 2_500_000, sha256: expected });
});

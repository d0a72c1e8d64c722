import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStaging } from '../../src/patches/staging.js';

const ROW = { voxels: 4, masks: 0 };

const scan = {
  uid: 'a',
  subset: 0,
  sha256: 'x',
  rows: [{ line: 2, class: 1, notrainReason: 0, centerWorldMm: [1, 2, 3] }],
  outsideLines: [],
} as const;

test('openStaging() finds what an earlier run finished, if whole, of the same scan and settings', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-staging-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'p.hdf5');
  const staging = openStaging(file, 'settings');
  assert.equal(staging.finished('a', 'stamp', ROW), undefined);
  writeFileSync(staging.rowsFile('a'), Buffer.alloc(4));
  staging.finish('a', 'stamp', scan);
  assert.deepEqual(openStaging(file, 'settings').finished('a', 'stamp', ROW), scan);
  assert.equal(openStaging(file, 'settings').finished('a', 'changed', ROW), undefined, 'the scan changed');
  assert.equal(
    openStaging(file, 'settings').finished('a', 'stamp', { voxels: 6, masks: 0 }),
    undefined,
    'rows cut short',
  );
  const masked = { voxels: 4, masks: 2 };
  assert.equal(openStaging(file, 'settings').finished('a', 'stamp', masked), undefined, 'no masks yet');
  writeFileSync(staging.masksFile('a'), Buffer.alloc(2));
  assert.deepEqual(openStaging(file, 'settings').finished('a', 'stamp', masked), scan);
  assert.equal(openStaging(file, 'others').finished('a', 'stamp', ROW), undefined, 'other settings');
});

test('forget() drops what earlier runs left', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-staging-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const staging = openStaging(join(folder, 'p.hdf5'), 's');
  writeFileSync(staging.rowsFile('a'), Buffer.alloc(4));
  staging.finish('a', 'stamp', scan);
  staging.forget();
  assert.equal(staging.finished('a', 'stamp', ROW), undefined);
});

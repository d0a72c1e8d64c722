import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeScan } from '../../src/sample/scanFiles.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-scan-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const task = { folder, settings: { seed: 5, scans: 20, coarsening: 5 }, index: 13, known: {} };
const first = makeScan(task);
const raw = Object.keys(first.files).find((file) => file.endsWith('.raw'))!;

test('makeScan() writes header and voxels into subset i mod 10, with their sums', () => {
  assert.deepEqual(
    Object.keys(first.files).sort(),
    ['mhd', 'raw'].map((extension) => `subset3/${first.tables.seriesUid}.${extension}`),
  );
  for (const [file, { bytes }] of Object.entries(first.files))
    assert.equal(statSync(join(folder, file)).size, bytes);
});

test('makeScan() leaves a scan whose files are whole, and gives the same tables', () => {
  const before = statSync(join(folder, raw)).mtimeMs;
  const again = makeScan({ ...task, known: first.files });
  assert.deepEqual(again, { ...first, painted: false });
  assert.equal(statSync(join(folder, raw)).mtimeMs, before);
});

test('makeScan() paints a scan of which a file is not whole, to the same bytes', () => {
  truncateSync(join(folder, raw), 1000);
  const { [raw]: _, ...known } = first.files;
  assert.deepEqual(makeScan({ ...task, known }), first);
});

import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openStaging, removeStaging, type Staging } from '../../src/patches/staging.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import { columns, format, provenance, rowsOf } from '../store/patchFixture.js';

const scan = {
  uid: 'a',
  subset: 0,
  sha256: 'x',
  rows: [{ line: 2, class: 1, notrainReason: 0, centerWorldMm: [1, 2, 3] }],
  checksum: 7,
  outsideLines: [],
} as const;

/** The staging folder of `file` as a run leaves it that was stopped after one scan. */
async function interrupted(t: TestContext): Promise<{ readonly file: string; readonly staging: Staging }> {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-staging-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'p.hdf5');
  const staging = openStaging(file, 'key');
  assert.equal(staging.isBegun, false);
  staging.begin();
  await writePatchFile(staging.rowsFile, format, provenance, columns, [rowsOf(0, 5)]);
  staging.begun();
  staging.finish('a', 'stamp', scan);
  return { file, staging };
}

test('openStaging() finds what an earlier run finished, of the same scan and key', async (t) => {
  const { file } = await interrupted(t);
  const again = openStaging(file, 'key');
  assert.equal(again.isBegun, true);
  assert.deepEqual(again.finished('a', 'stamp'), scan);
  assert.equal(again.finished('a', 'changed'), undefined, 'the scan changed');
  assert.equal(again.finished('b', 'stamp'), undefined);
  const other = openStaging(file, 'others');
  assert.deepEqual([other.isBegun, other.finished('a', 'stamp')], [false, undefined]);
  removeStaging(file);
  assert.equal(openStaging(file, 'key').isBegun, false);
});

test('openStaging() does not trust what a power cut leaves: half a record, a file without its header or its end', async (t) => {
  const { file, staging } = await interrupted(t);
  writeFileSync(join(`${file}.staging`, 'scan-a.json'), '{"stamp":"st');
  assert.equal(openStaging(file, 'key').finished('a', 'stamp'), undefined);
  const whole = join(`${file}.whole`);
  copyFileSync(staging.rowsFile, whole);
  truncateSync(staging.rowsFile, 4096);
  assert.equal(openStaging(file, 'key').isBegun, false);
  writeFileSync(staging.rowsFile, Buffer.alloc(100_000));
  assert.equal(openStaging(file, 'key').isBegun, false);
  copyFileSync(whole, staging.rowsFile);
  assert.equal(openStaging(file, 'key').isBegun, true);
});

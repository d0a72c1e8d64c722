import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { voxlab } from './voxlab.js';

test("tables counts what is there; with --official other counts than LUNA16's are a failure", (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-tables-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'annotations.csv'), 'seriesuid,coordX,coordY,coordZ,diameter_mm\na,1,2,3,4\n');
  const plain = voxlab('tables', folder);
  assert.equal(plain.status, 0);
  assert.match(plain.stdout, /nodules: 1\n/);
  const official = voxlab('tables', folder, '--official', '--json');
  assert.equal(official.status, 1);
  assert.match(official.stderr, /series: expected 888, received no table, and 7 more/);
  assert.equal(JSON.parse(official.stdout).differences.length, 8);
  assert.equal(voxlab('tables', join(folder, 'none')).status, 1);
});

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { segmentFile } from '../volumes/segments/segmentReference.js';
import { voxlab } from './voxlab.js';

test('tables segments prints or writes one table of all files, leaves small parts out and names files that fail', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-segments-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [binary, structures] = [segmentFile('binary.dcm'), segmentFile('structures.dcm')];
  const printed = voxlab('tables', 'segments', binary, structures);
  assert.equal(printed.status, 0, printed.stderr);
  assert.equal(printed.stdout.trimEnd().split('\n').length, 1 + 23 + 3);
  assert.match(printed.stderr, /26 parts of 2 files\n$/);

  const out = join(folder, 'segments.csv');
  const large = voxlab('tables', 'segments', binary, structures, '--smallest', '7', '--out', out, '--json');
  assert.equal(large.status, 0, large.stderr);
  const { file, findings, tooSmall, failed } = JSON.parse(large.stdout);
  assert.equal(file, out);
  assert.deepEqual(failed, []);
  assert.equal(findings.length + tooSmall, 26);
  assert.ok(
    findings.length >= 3 && findings.every(({ diameterMm }: { diameterMm: number }) => diameterMm >= 7),
  );
  assert.equal(readFileSync(out, 'utf8').trimEnd().split('\n').length, 1 + findings.length);

  assert.equal(voxlab('tables', 'segments', binary, '--out', out).status, 2);
  assert.equal(voxlab('tables', 'segments', binary, structures, '--series', 'a').status, 2);
  const missing = voxlab('tables', 'segments', binary, join(folder, 'none.nrrd'));
  assert.equal(missing.status, 1);
  assert.match(
    missing.stderr,
    /1 of 2 files could not be read: .*none\.nrrd: expected a file, found nothing/,
  );
  assert.equal(missing.stdout.trimEnd().split('\n').length, 1 + 23);
  const none = voxlab('tables', 'segments', join(folder, 'none.nrrd'));
  assert.deepEqual([none.status, none.stdout], [1, '']);
  assert.match(none.stderr, /1 of 1 files could not be read/);
});

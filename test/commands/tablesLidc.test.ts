import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeMetaImage } from '../../src/volumes/metaImage/metaImageWriter.js';
import { REFERENCES, scanOf, xmlOf } from '../candidates/lidc/lidcReference.js';
import { voxlab } from './voxlab.js';

test('tables lidc writes the tables once, keeps other rows without --force, and says what failed', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-lidc-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const reference = REFERENCES[0]!;
  copyFileSync(xmlOf(reference), join(folder, 'a.xml'));
  copyFileSync(xmlOf(REFERENCES[1]!), join(folder, 'b.xml'));
  const size = [4, 4, reference.slices] as const;
  writeMetaImage(join(folder, `${reference.uid}.mhd`), {
    ...{ ...scanOf(reference).geometry, size },
    data: new Int16Array(16 * reference.slices),
  });
  const out = join(folder, 'out');
  const first = voxlab('tables', 'lidc', folder, '--out', out);
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stdout, /1 series, 2 nodules of at least 3 readers/);
  assert.match(first.stdout, /3 of nodules of fewer readers, 3 of nodules below 3 mm, 2 of no nodule/);
  assert.match(first.stdout, /1 series left out, not among the scans/);
  const table = readFileSync(join(out, 'annotations.csv'), 'utf8');
  assert.equal(table.split('\n').length, 4);

  const json = voxlab('tables', 'lidc', folder, '--out', out, '--json');
  assert.equal(json.status, 0, json.stderr);
  const document = JSON.parse(json.stdout);
  assert.deepEqual([document.series, document.nodules, document.excluded], [1, 2, 8]);
  assert.deepEqual(document.withoutScan, [REFERENCES[1]!.uid]);

  const counted = voxlab('tables', out);
  assert.equal(counted.status, 0, counted.stderr);
  assert.match(counted.stdout, /nodules: 2\n/);

  const other = voxlab('tables', 'lidc', folder, '--out', out, '--readers', '4');
  assert.equal(other.status, 2);
  assert.match(other.stderr, /holds other rows: choose another --out, or replace it with --force/);
  assert.equal(readFileSync(join(out, 'annotations.csv'), 'utf8'), table);
  assert.equal(voxlab('tables', 'lidc', folder, '--out', out, '--readers', '4', '--force').status, 0);

  writeFileSync(join(folder, 'c.xml'), '<LidcReadMessage>\u001b]0;x\u0007');
  const failed = voxlab('tables', 'lidc', folder, '--out', out, '--force');
  assert.equal(failed.status, 1);
  assert.match(failed.stderr, /1 of 2 series could not be read .*c\.xml:1: expected well-formed XML/);
  assert.doesNotMatch(failed.stdout + failed.stderr, /\u001b/);
});

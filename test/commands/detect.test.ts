import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCandidates } from '../../src/candidates/candidateTable.js';
import { writeMetaImage } from '../../src/volumes/metaImage/metaImageWriter.js';
import { chestPhantom } from '../detection/chestPhantom.js';
import { voxlab } from './voxlab.js';

test("detect writes LUNA16's form with diameter and score, one JSON document, and names a scan that cannot be looked at", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-detect-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const balls = [{ centerWorldMm: [-70, 5, -30], diameterMm: 12, hu: 20 }] as const;
  await writeMetaImage(join(folder, 'chest.mhd'), chestPhantom({ balls, spacingMm: [1, 1, 1.5] }));
  writeFileSync(join(folder, 'broken.nrrd'), 'no scan');
  const table = join(folder, 'marks.csv');
  const { status, stdout, stderr } = voxlab('detect', folder, '--most', '20', '--out', table, '--json');
  assert.equal(status, 1, stderr);
  assert.match(stderr, /broken\.nrrd:1: expected a NRRD file/);
  const { scan, marks, scans, failed } = JSON.parse(stdout);
  assert.deepEqual([scan, scans.length, failed.length, failed[0].scan], ['chest', 1, 1, 'broken']);
  const [{ x, y, z, diameterMm }] = marks;
  assert.ok(
    Math.hypot(x + 70, y - 5, z + 30) < 1.5 && Math.abs(diameterMm - 12) < 2.4,
    JSON.stringify(marks[0]),
  );
  const candidates = readCandidates(table);
  assert.equal(candidates.length, marks.length);
  assert.deepEqual(candidates[0]!.centerWorldMm, [x, y, z]);
  assert.match(
    readFileSync(table, 'utf8'),
    /^seriesuid,coordX,coordY,coordZ,class,diameter_mm,score\nchest,/,
  );
  const missing = voxlab('detect', join(folder, 'nothing.mhd'));
  assert.deepEqual([missing.status, missing.stdout], [1, '']);
  assert.match(
    missing.stderr,
    /^voxlab: \S+nothing\.mhd: expected a scan, found nothing: see that its path is right\n$/,
  );
});

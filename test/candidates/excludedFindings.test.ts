import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readExcludedFindings } from '../../src/candidates/excludedFindings.js';
import { inRepository } from '../../src/paths.js';

test('readExcludedFindings() halves the diameter, and takes 10 mm for an unknown one (-1)', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-excluded-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'e.csv');
  writeFileSync(file, 'seriesuid,coordX,coordY,coordZ,diameter_mm\na,1,2,3,-1\nb,1,2,3,7.5\n');
  assert.deepEqual(
    readExcludedFindings(file).map(({ radiusMm }) => radiusMm),
    [5, 3.75],
  );
});

const luna = inRepository('..', 'shared', 'data', 'luna16', 'annotations_excluded.csv');
test("readExcludedFindings() reads LUNA16's own table", { skip: !existsSync(luna) }, () => {
  const findings = readExcludedFindings(luna);
  assert.equal(findings.length, 35192);
  assert.equal(findings.filter(({ radiusMm }) => radiusMm === 5).length >= 30513, true);
});

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { voxlab } from './voxlab.js';

test('figure performance draws the table of 2018 beside our own speeds, and prints efficiency', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-figure-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { status, stdout, stderr } = voxlab('figure', 'performance', '--out', folder, '--json');
  assert.equal(status, 0, stderr);
  const { series, files } = JSON.parse(stdout);
  assert.equal(series[0].points[1].efficiency.toFixed(3), '0.317');
  assert.match(readFileSync(files.figure, 'utf8'), /^<svg .*1\.27x on 4, 31\.7 %/);
  assert.match(
    voxlab('figure', 'performance', '--out', folder).stdout,
    /4 on p2\.8xlarge .* 1\.27x {2}efficiency {2}31\.7 %/,
  );
  const failed = voxlab('figure', 'performance', '--measured', join(folder, 'none.json'), '--out', folder);
  assert.equal(failed.status, 1);
  assert.match(failed.stderr, /none\.json/);
  assert.equal(voxlab('figure', 'nothing').status, 2);
});

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { trainedOnChests } from '../evaluation/chestRun.js';
import { voxlab } from './voxlab.js';

test('predict writes a submission, marks, a page and markups of each scan, and names a scan that does not fit', async (t) => {
  const { folder, run, candidatesPath } = await trainedOnChests(t);
  const scan = join(folder, 'scans', 'subset2', 'chest2.mhd');
  const out = join(folder, 'out');
  const { status, stdout, stderr } = voxlab(
    'predict',
    run,
    scan,
    join(folder, 'none.mhd'),
    '--most',
    '30',
    '--out',
    out,
    '--json',
  );
  assert.equal(status, 1, stderr);
  assert.match(stderr, /none\.mhd/);
  assert.match(
    stderr,
    /chest2: 30 places scored.*data of 4 scans: 48 patches of 16 x 16 x 16 voxels, 12 of them nodules.*was not measured/,
  );
  const { scan: uid, marks, scans, failed } = JSON.parse(stdout);
  assert.deepEqual([uid, scans.length, failed.length], ['chest2', 1, 1]);
  for (const { x, y, z, probability, networkProbability, diameterMm } of marks) {
    assert.ok([x, y, z, diameterMm].every(Number.isFinite) && probability >= 0 && probability <= 1);
    // Batches had half nodules, the data a quarter.
    assert.ok(probability <= networkProbability);
  }
  assert.deepEqual(readdirSync(out).sort(), [
    'chest2.html',
    'chest2.mrk.json',
    'marks.json',
    'submission.csv',
  ]);
  const page = readFileSync(join(out, 'chest2.html'), 'utf8');
  assert.match(page, /Research use\. Not a medical device/);
  assert.doesNotMatch(
    page,
    /<script|https?:\/\/(?!www\.w3\.org)/,
    'no script, and no request leaves the page',
  );
  assert.equal(readFileSync(join(out, 'submission.csv'), 'utf8').trim().split('\n').length, marks.length + 1);
  const given = voxlab(
    'predict',
    run,
    scan,
    '--candidates',
    candidatesPath,
    '--out',
    join(folder, 'given'),
    '--json',
  );
  assert.equal(given.status, 0, given.stderr);
  assert.match(given.stderr, /12 places scored/);
  assert.equal(JSON.parse(given.stdout).marks[0].diameterMm, null);
});

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openPatchFile } from '../../src/store/patchFile.js';
import { voxlab } from '../commands/voxlab.js';
import { runPython } from '../python.js';
import { noise, series, sliceTags, type Tags, writeSlices } from '../volumes/dicomFixture.js';

const SIZE = { '0028,0010': 22, '0028,0011': 24 };

/** 12 slices of 24 x 22 voxels, 2.5 mm apart from z = -300 on. */
function scan(uid: string, change: (i: number) => Tags = () => ({})): Record<string, Tags> {
  return series(12, (i) => ({
    ...SIZE,
    '0020,000E': uid,
    '7FE0,0010': noise(`${uid} ${i}`, 22 * 24, 12),
    ...change(i),
  }));
}

interface Job {
  readonly raw: string;
  readonly root: string;
  readonly crop: (...words: string[]) => ReturnType<typeof voxlab>;
}

/** A folder for scans, a table with two candidates of each uid, and the command that cuts them. */
function setUp(t: TestContext, ...uids: readonly string[]): Job {
  const root = mkdtempSync(join(tmpdir(), 'voxlab-dicom-crop-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const raw = join(root, 'raw');
  mkdirSync(raw);
  const rows = uids.flatMap((uid) => [`${uid},-113,40,-285,1`, `${uid},-112,41.5,-290,0`]);
  writeFileSync(join(root, 'table.csv'), ['seriesuid,coordX,coordY,coordZ,class', ...rows, ''].join('\n'));
  const config = join(root, 'crop.ini');
  writeFileSync(
    config,
    `[local]\nLUNA_PATH = ${raw}\nCSV_PATH = ${join(root, 'table.csv')}\nPREPROCESSED_PATH = ${join(root, 'out')}\n`,
  );
  return {
    raw,
    root,
    crop: (...words) => voxlab('crop', '--config', config, '--dim', '8', '--slices', '6', ...words),
  };
}

test('crop leaves out what is no slice, says so on stderr and in its document, and ends with 0', (t) => {
  const { raw, crop } = setUp(t, '1.2');
  writeSlices(join(raw, 'p1'), scan('1.2'));
  writeSlices(join(raw, 'p1'), {
    'rs.dcm': sliceTags(0, noise('rs'), { '0008,0016': '1.2.840.10008.5.1.4.1.1.481.3' }),
    'scout.dcm': sliceTags(0, noise('scout'), { '0020,000E': '1.2', '0008,0008': 'A\\B\\LOCALIZER' }),
  });
  mkdirSync(join(raw, 'p2'));
  writeFileSync(join(raw, 'p2', 'rt.dcm'), 'an object of old, without a mark');
  const run = crop('--json');
  assert.equal(run.status, 0, run.stderr);
  const { rows, leftOut } = JSON.parse(run.stdout);
  assert.equal(rows, 2);
  assert.deepEqual(
    leftOut.map(({ file, reason }: { file: string; reason: string }) => [file.slice(raw.length), reason]),
    [
      ['/p1/rs.dcm', 'an RT structure set (SOP class 1.2.840.10008.5.1.4.1.1.481.3)'],
      ['/p1/scout.dcm', 'a localizer (ImageType 0008,0008)'],
      ['/p2/rt.dcm', 'it has no mark DICM at byte 128'],
    ],
  );
  assert.match(
    run.stderr,
    /3 DICOM files are no slices of a scan and left out:\n {2}\S+rs\.dcm: an RT structure set/,
  );
});

test('crop fails for the scans alone that cannot be whole, names all of them, and cuts the others', (t) => {
  const uids = ['1.1', '1.2', '1.3', '1.4', '1.5'];
  const { raw, crop } = setUp(t, ...uids);
  // Two series in one folder, and one in two.
  writeSlices(join(raw, 'a'), scan('1.1'));
  writeSlices(join(raw, 'a', 'b'), Object.fromEntries(Object.entries(scan('1.2')).slice(0, 5)));
  writeSlices(
    join(raw, 'a'),
    Object.fromEntries(
      Object.entries(scan('1.2'))
        .slice(5)
        .map(([n, s]) => [`x${n}`, s]),
    ),
  );
  // A slice whose file is damaged, one that is missing, and two scans of one uid.
  writeSlices(join(raw, 'c'), scan('1.3'));
  writeFileSync(join(raw, 'c', '4.dcm'), readFileSync(join(raw, 'c', '4.dcm')).subarray(0, 300));
  writeSlices(join(raw, 'd'), scan('1.4'));
  rmSync(join(raw, 'd', '7.dcm'));
  writeSlices(join(raw, 'e'), scan('1.5'));
  writeFileSync(join(raw, '1.5.mhd'), '');
  const run = crop('--json');
  assert.equal(run.status, 1);
  const { rows, failed } = JSON.parse(run.stdout);
  assert.equal(rows, 4, run.stderr);
  const reasons = Object.fromEntries(
    failed.map(({ uid, reason }: { uid: string; reason: string }) => [uid, reason]),
  );
  assert.deepEqual(Object.keys(reasons), ['1.3', '1.4', '1.5']);
  assert.match(reasons['1.3'], /found \S+4\.dcm, which may be one .* cut short before its SeriesInstanceUID/);
  assert.match(reasons['1.4'], /received 5 mm .*1 slice is missing; .*--resample-slices/);
  assert.match(reasons['1.5'], /expected one scan of series 1\.5, found also \S+\/e; remove one/);
  const alone = setUp(t, '1.3', '1.4');
  for (const name of ['c', 'd'])
    writeSlices(
      join(alone.raw, name),
      scan(name === 'c' ? '1.3' : '1.4', () => ({})),
    );
  for (const name of ['c', 'd']) rmSync(join(alone.raw, name, '7.dcm'));
  const none = alone.crop();
  assert.match(none.stderr, /what failed: \S+c: expected slices .*; \S+d: expected slices/);
});

test('crop --resample-slices cuts a tilted series and says what it did, in the file, too, which verify then knows', async (t) => {
  const { raw, root, crop } = setUp(t, '1.2', '1.3');
  writeSlices(
    join(raw, 'tilted'),
    scan('1.2', (i) => ({ '0020,0032': `-120.25\\${33 - 0.5 * i}\\${-300 + 2.5 * i}` })),
  );
  writeSlices(join(raw, 'straight'), scan('1.3'));
  assert.equal(crop('--out', join(root, 'refused')).status, 1);
  const run = crop('--resample-slices', '--json');
  assert.equal(run.status, 0, run.stderr);
  const { file, resampled } = JSON.parse(run.stdout);
  const done = {
    tiltDegrees: 11.3099,
    gapsMm: [2.5, 2.5],
    spacingMm: 2.5,
    slicesBefore: 12,
    slicesAfter: 12,
  };
  assert.deepEqual(resampled, { '1.2': done });
  const patches = await openPatchFile(file);
  assert.deepEqual(patches.provenance!.resampled, { '1.2': done });
  assert.equal(patches.provenance!.settings.resampleSlices, true);
  patches.close();
  const again = crop('--resample-slices');
  assert.match(again.stdout, /already done/);
  assert.match(
    again.stdout,
    /resampled: 1\.2: 12 slices, tilted by 11\.3 degrees, 2\.5 to 2\.5 mm apart, became 12 slices/,
  );
  assert.match(
    crop().stderr,
    /holds patches of resampleSlices true, this command would write resampleSlices none/,
  );
  const verified = voxlab('verify', file, '--scans', raw, '--json');
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  const shards = [0, 1].map((i) =>
    crop('--resample-slices', '--shard', `${i}/2`, '--json', '--out', join(root, 'shards')),
  );
  const parts = shards.map(({ stdout }) => JSON.parse(stdout).file as string);
  const merged = JSON.parse(voxlab('merge', ...parts, '--json').stdout).file as string;
  assert.ok(readFileSync(merged).equals(readFileSync(file)), 'merged shards are the same bytes');
  // One byte of one slice is another scan.
  const slice = join(raw, 'tilted', '5.dcm');
  const bytes = readFileSync(slice);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(slice, bytes);
  assert.match(crop('--resample-slices').stderr, /holds patches of another version of \S+tilted/);
});

test('crop --nifti-frame reads where sform and qform differ, and the choice stands in the file, which verify then knows', async (t) => {
  const { raw, root, crop } = setUp(t, '1.2');
  runPython(
    `import json, sys, nibabel as nib, numpy as np
path = json.load(sys.stdin); a = np.random.default_rng(1).integers(-900, 900, (30, 30, 20)).astype('int16')
image = nib.Nifti1Image(a, np.diag([-1, -1, 2, 1]))
image.set_qform(np.array([[-1, 0, 0, 120], [0, -1, 0, -30], [0, 0, 2, -305], [0, 0, 0, 1.]]), 1)
image.set_sform(np.array([[-1, 0, 0, 120], [0, -1, 0, -30], [0, 0, 2, -300], [0, 0, 0, 1.]]), 1)
nib.save(image, path); print('null')`,
    join(raw, '1.2.nii.gz'),
  );
  assert.match(
    crop().stderr,
    /sform and qform place voxel .* 5\.00 mm apart: .*--nifti-frame sform or --nifti-frame qform/,
  );
  const files = ['sform', 'qform'].map((frame) => {
    assert.equal(crop('--dry-run', '--nifti-frame', frame, '--out', join(root, frame)).status, 0);
    const run = crop('--nifti-frame', frame, '--json', '--out', join(root, frame));
    assert.equal(run.status, 0, run.stderr);
    return JSON.parse(run.stdout).file as string;
  });
  const rows = files.map((file) => voxlab('explore', file, '--rows', 'all', '--json').stdout);
  assert.notEqual(rows[0], rows[1]);
  for (const [i, file] of files.entries()) {
    const patches = await openPatchFile(file);
    assert.equal(patches.provenance!.settings.niftiFrame, ['sform', 'qform'][i]);
    patches.close();
    assert.equal(voxlab('verify', file, '--scans', raw).status, 0);
  }
  assert.match(
    crop('--nifti-frame', 'qform', '--out', join(root, 'sform')).stderr,
    /holds patches of niftiFrame "sform", this command would write niftiFrame "qform"/,
  );
});

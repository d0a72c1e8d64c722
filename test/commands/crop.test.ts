import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inRepository } from '../../src/paths.js';
import { cropFixture } from '../patches/cropFixture.js';
import { runPython } from '../python.js';
import { CLI, voxlab } from './voxlab.js';

function setUp(t: TestContext): {
  folder: string;
  raw: string;
  out: string;
  run: (...words: string[]) => ReturnType<typeof voxlab>;
} {
  const { folder, scansFolder } = cropFixture(t);
  const config = join(folder, 'crop.ini');
  const out = join(folder, 'out');
  writeFileSync(
    config,
    `[local]\nLUNA_PATH = ${scansFolder}\nCSV_PATH = ${scansFolder}\nPREPROCESSED_PATH = ${out}\n`,
  );
  const run = (...words: string[]) =>
    voxlab('crop', '--config', config, '--dim', '8', '--slices', '6', ...words);
  return { folder, raw: scansFolder, out, run };
}

test('crop --json prints one document with the keys of the contract; candidates outside give exit 1 unless skipped', (t) => {
  const { run, out } = setUp(t);
  const first = run('--json', '--subset', '0');
  assert.equal(first.status, 1);
  assert.match(
    first.stderr,
    /candidates lie outside their scan \(first: line \d+, \w+; --outside skip accepts them\)\n$/,
  );
  const result = JSON.parse(first.stdout);
  assert.deepEqual(Object.keys(result).sort(), [
    'byClass',
    'bySubset',
    'contradictory',
    'failed',
    'file',
    'ignored',
    'ignoredSeries',
    'leftOut',
    'outside',
    'rows',
    'scansWithoutCandidate',
    'status',
  ]);
  assert.deepEqual(Object.keys(result.bySubset), ['0']);
  assert.equal(result.file, join(out, '8x8x6-patch.hdf5'));
  const again = run('--json', '--subset', '0', '--outside', 'skip');
  assert.deepEqual([again.status, JSON.parse(again.stdout).status], [0, 'done']);
  const forced = run('-subset', '0,1', '-hdf5', '--force', '--outside', 'skip');
  assert.equal(forced.status, 0, forced.stderr);
  assert.match(
    forced.stdout,
    /patches written: .*\n {2}by class: 0: \d+, 1: \d+\n {2}by subset: 0: \d+, 1: \d+\n/,
  );
});

test('crop names the series of the table that have no scan, the first ones in the text and all in --json', (t) => {
  const { run, raw } = setUp(t);
  const table = ['candidates.csv', 'candidates_V2.csv'].map((name) => join(raw, name)).find(existsSync)!;
  const more = ['p', 'q', 'r', 's'].flatMap((uid, i) => Array<string>(i + 1).fill(`${uid},0,0,0,0\n`));
  appendFileSync(table, more.join(''));
  const { ignored, ignoredSeries } = JSON.parse(run('--json', '--dry-run').stdout);
  assert.equal(ignored, 11);
  assert.deepEqual(ignoredSeries.slice(0, 3), [
    { uid: 's', candidates: 4 },
    { uid: 'r', candidates: 3 },
    { uid: 'q', candidates: 2 },
  ]);
  assert.equal(ignoredSeries.length, 5);
  for (const words of [['--dry-run'], ['--outside', 'skip']])
    assert.match(
      run(...words).stdout,
      /\n {2}11 candidates of 5 series without a chosen scan were left alone: s \(4\), r \(3\), q \(2\) and 2 more \(--json names all\)\n/,
    );
});

test('crop names a place that the table calls a nodule and none, with both lines, and cuts both', (t) => {
  const { run, raw } = setUp(t);
  const table = ['candidates.csv', 'candidates_V2.csv'].map((name) => join(raw, name)).find(existsSync)!;
  const lines = readFileSync(table, 'utf8').trimEnd().split('\n');
  const at = lines.findIndex((line) => line.endsWith(',1'));
  const before = JSON.parse(run('--json', '--outside', 'skip').stdout);
  appendFileSync(table, `${lines[at]!.replace(/,1$/, ',0')}\n`);
  const { status, stderr, stdout } = run('--json', '--outside', 'skip', '--force');
  assert.equal(status, 0, stderr);
  const result = JSON.parse(stdout);
  const [uid] = lines[at]!.split(',');
  assert.deepEqual(result.contradictory, [{ uid, lines: [at + 1, lines.length + 1] }]);
  assert.equal(result.rows, before.rows + 1);
  assert.match(
    stderr,
    /1 candidate of class 0 lies where the table has one of class 1; both are cut, keep the right one:\n {2}\S+: lines \d+ and \d+\n/,
  );
});

test('crop: where no scan could be read there is no hint about coordinates', (t) => {
  const { run, raw } = setUp(t);
  for (const name of readdirSync(raw, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.raw')) truncateSync(join(raw, name), 10);
  for (const words of [[], ['--coordinates', 'ras'], ['--coordinates', 'voxel']]) {
    const { status, stdout, stderr } = run(...words);
    assert.equal(status, 1);
    assert.doesNotMatch(stdout + stderr, /of 0 candidates|--coordinates/, words.join(' '));
    assert.match(stdout + stderr, /cannot be read/);
  }
});

test('crop reads a table of semicolons and decimal commas as the one of commas and points', (t) => {
  const { run, raw, out } = setUp(t);
  const table = ['candidates.csv', 'candidates_V2.csv'].map((name) => join(raw, name)).find(existsSync)!;
  const hashes = () => {
    const { stdout } = voxlab('explore', join(out, '8x8x6-patch.hdf5'), '--rows', 'all');
    return stdout;
  };
  assert.equal(run('--outside', 'skip').status, 0);
  const expected = hashes();
  writeFileSync(table, readFileSync(table, 'utf8').replaceAll(',', ';').replaceAll('.', ','));
  assert.equal(run('--outside', 'skip', '--force').status, 0);
  assert.equal(hashes(), expected);
});

test('crop exits 1 for a scan that cannot be read, with the file complete for the others', (t) => {
  const { run, raw, out } = setUp(t);
  truncateSync(join(raw, 'subset1', 'b.raw'), 100);
  const { status, stdout, stderr } = run('--json', '--outside', 'skip', '--force');
  assert.equal(status, 1);
  assert.equal(JSON.parse(stdout).failed[0].uid, 'b');
  assert.match(stderr, /1 scans cannot be read \(.*b\.(mhd|raw)/);
  assert.ok(existsSync(join(out, '8x8x6-patch.hdf5')));
});

test('crop: bad flags are wrong usage, bad input a failure; stdout stays empty and nothing appears', (t) => {
  const { run, folder, out } = setUp(t);
  for (const words of [
    ['--subset', 'x'],
    ['--shard', '2/2'],
    ['--spacing', '0'],
    ['--interpolation', 'magic'],
    ['--outside', 'x'],
    ['--dim', '0'],
  ]) {
    const { status, stdout } = run(...words);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
  }
  for (const words of [['--subset', '7'], ['--excluded', join(folder, 'none.csv')], ['--remote']]) {
    const { status, stdout, stderr } = run('--json', ...words);
    assert.deepEqual([status, stdout, stderr.trimEnd().split('\n').length], [1, '', 1], stderr);
  }
  assert.ok(!existsSync(out));
});

test('crop: a disk that takes no more is one line that names the file, and no patch file appears', (t) => {
  const { folder, out } = setUp(t);
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-c', 'ulimit -f 1; exec "$0" "$@"', process.execPath, CLI, 'crop'].concat([
      '--config',
      join(folder, 'crop.ini'),
      '--dim',
      '8',
      '--slices',
      '6',
      '--json',
    ]),
    { encoding: 'utf8' },
  );
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, /8x8x6-patch\.hdf5 cannot be written \(.*make room on the disk.*\n$/);
  assert.deepEqual(readdirSync(out), ['8x8x6-patch.hdf5.staging']);
});

test('crop --dry-run counts and writes nothing; a shard names its part', (t) => {
  const { run, out } = setUp(t);
  const planned = run('--dry-run', '--outside', 'skip', '--shard', '1/2');
  assert.equal(planned.status, 0, planned.stderr);
  assert.match(planned.stdout, /patches would be written: .*8x8x6-patch\.1-of-2\.hdf5/);
  assert.ok(!existsSync(out));
});

const ct = inRepository('..', 'shared', 'data', 'ct');
test('crop cuts the two real chest CTs (NRRD, 5 mm slices) as SimpleITK resamples them', {
  skip: !existsSync(ct),
}, (t) => {
  const { folder } = setUp(t);
  const config = join(folder, 'ct.ini');
  writeFileSync(
    config,
    `[local]\nLUNA_PATH = ${ct}\nCSV_PATH = ${ct}\nPREPROCESSED_PATH = ${join(folder, 'ct')}\n`,
  );
  const { status, stdout, stderr } = voxlab('crop', '--config', config, '--json');
  assert.equal(status, 0, stderr);
  const result = JSON.parse(stdout);
  assert.deepEqual([result.rows, result.bySubset], [82, { '-1': 82 }]);
  const difference = runPython<number>(
    `import json, sys, os, csv, h5py, numpy as np, SimpleITK as sitk
folder, path = json.load(sys.stdin); f = h5py.File(path, 'r'); worst = 0
for uid in ('lung1', 'lung2'):
  image = sitk.ReadImage(os.path.join(folder, uid + '_image.nrrd'), sitk.sitkFloat64)
  size = [int(np.floor((n - 1) * s + 1e-6)) + 1 for n, s in zip(image.GetSize(), image.GetSpacing())]
  grid = sitk.Resample(image, size, sitk.Transform(), sitk.sitkLinear, image.GetOrigin(), [1, 1, 1], image.GetDirection(), -1000.0)
  a = np.pad(sitk.GetArrayFromImage(grid), 16, constant_values=-1000)
  rows = [i for i, u in enumerate(f['uuid'][:, 0]) if u.decode() == uid]
  for i in rows[::9]:
    c = [int(np.rint(round(v, 6))) for v in grid.TransformPhysicalPointToContinuousIndex(f['centroid'][i].tolist())]
    block = a[c[2]:c[2] + 32, c[1]:c[1] + 32, c[0]:c[0] + 32]
    worst = max(worst, float(np.abs(block.ravel() - f['input'][i]).max()))
print(worst)`,
    [ct, result.file],
  );
  assert.ok(difference <= 0.5 + 1e-3, String(difference));
  assert.deepEqual(readdirSync(join(folder, 'ct')), ['32x32x32-patch.hdf5']);
});
